using Forge.Contracts;
using Forge.Jobs;

namespace Forge.Worker.Demo;

/// <summary>Fails as often as it is asked to, to show retries and dead letters.</summary>
internal sealed class FailHandler : IJobHandler<DemoFailPayload>
{
    public Task HandleAsync(JobContext<DemoFailPayload> context, CancellationToken cancellationToken) =>
        context.Attempt <= context.Payload.Times
            ? throw new InvalidOperationException($"Attempt {context.Attempt} fails, as asked for.")
            : Task.CompletedTask;
}
