using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Forge.Hosting.Health;

/// <summary>
/// Asks a resource that is not healthy yet again every 100 ms, for 10 s. Aspire alone asks again after 1, 2, 3 … s, and what waits for the resource waits
/// for the next of these.
/// </summary>
/// <param name="createInner">Makes the check itself, once per question.</param>
internal sealed class PromptHealthCheck(Func<IServiceProvider, IHealthCheck> createInner)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private long? _unhealthySince;

    public IHealthCheck Create(IServiceProvider services) => new Question(this, createInner(services));

    private async Task<HealthCheckResult> AskAsync(IHealthCheck inner, HealthCheckContext context, CancellationToken cancellationToken)
    {
        while (true)
        {
            var result = await TryAsync(inner, context, cancellationToken);
            if (result.Status == HealthStatus.Healthy)
            {
                _unhealthySince = null;
                return result;
            }

            // A resource that stays unhealthy is left to Aspire's own pace.
            _unhealthySince ??= TimeProvider.System.GetTimestamp();
            if (TimeProvider.System.GetElapsedTime(_unhealthySince.Value) > Patience)
            {
                return result;
            }

            await Task.Delay(Pause, cancellationToken);
        }
    }

    private static async Task<HealthCheckResult> TryAsync(IHealthCheck inner, HealthCheckContext context, CancellationToken cancellationToken)
    {
        try
        {
            return await inner.CheckHealthAsync(context, cancellationToken);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            return new HealthCheckResult(context.Registration.FailureStatus, exception.Message, exception);
        }
    }

    private sealed class Question(PromptHealthCheck owner, IHealthCheck inner) : IHealthCheck
    {
        public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
            owner.AskAsync(inner, context, cancellationToken);
    }
}
