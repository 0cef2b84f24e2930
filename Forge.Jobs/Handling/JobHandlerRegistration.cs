using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;

namespace Forge.Jobs;

/// <summary>How to run jobs of one kind: reads the payload, and calls a new handler in a scope of its own.</summary>
internal abstract class JobHandlerRegistration(string kind)
{
    public string Kind { get; } = kind;

    /// <summary>Throws when <paramref name="payloadJson"/>, in the current version, does not fit the payload's type.</summary>
    public abstract JobContext CreateContext(ClaimedJob job, string payloadJson, RunningJobWriter writer, int maxResultBytes);

    /// <summary>Calls a new handler in a scope of its own, and throws what the handler throws.</summary>
    /// <remarks>What the disposal of either throws goes to <paramref name="onDisposalFailed"/>: the handler has done its work or not by then, and another attempt would do it twice.</remarks>
    public async Task HandleAsync(IServiceScopeFactory scopes, JobContext context, Action<Exception> onDisposalFailed, CancellationToken cancellationToken)
    {
        var scope = scopes.CreateAsyncScope();
        object? handler = null;
        try
        {
            handler = Create(scope.ServiceProvider);
            await HandleAsync(handler, context, cancellationToken);
        }
        finally
        {
            await DisposeAsync(handler, onDisposalFailed);
            await DisposeAsync(scope, onDisposalFailed);
        }
    }

    protected abstract object Create(IServiceProvider services);

    protected abstract Task HandleAsync(object handler, JobContext context, CancellationToken cancellationToken);

    private static async ValueTask DisposeAsync(object? disposable, Action<Exception> onFailed)
    {
        try
        {
            if (disposable is IAsyncDisposable asyncDisposable)
            {
                await asyncDisposable.DisposeAsync();
            }
            else
            {
                (disposable as IDisposable)?.Dispose();
            }
        }
        catch (Exception exception)
        {
            onFailed(exception);
        }
    }
}

internal sealed class JobHandlerRegistration<TPayload, THandler>(string kind) : JobHandlerRegistration(kind)
    where TPayload : notnull
    where THandler : class, IJobHandler<TPayload>
{
    private static readonly ObjectFactory<THandler> CreateHandler = ActivatorUtilities.CreateFactory<THandler>([]);

    public override JobContext CreateContext(ClaimedJob job, string payloadJson, RunningJobWriter writer, int maxResultBytes)
    {
        var payload = JsonSerializer.Deserialize<TPayload>(payloadJson, JobJson.Stored)
            ?? throw new JsonException("The payload is null.");
        return new JobContext<TPayload>(job, payload, writer, maxResultBytes);
    }

    protected override object Create(IServiceProvider services) => CreateHandler(services, null);

    protected override Task HandleAsync(object handler, JobContext context, CancellationToken cancellationToken) =>
        ((THandler)handler).HandleAsync((JobContext<TPayload>)context, cancellationToken);
}
