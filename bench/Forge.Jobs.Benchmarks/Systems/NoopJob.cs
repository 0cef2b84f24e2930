namespace Forge.Jobs.Benchmarks.Systems;

internal sealed record NoopPayload(int Number);

/// <summary>Says that it ran, and nothing more.</summary>
internal sealed class NoopHandler(Action ran) : IJobHandler<NoopPayload>
{
    public Task HandleAsync(JobContext<NoopPayload> context, CancellationToken cancellationToken)
    {
        ran();
        return Task.CompletedTask;
    }
}
