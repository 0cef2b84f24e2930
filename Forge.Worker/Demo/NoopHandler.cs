using Forge.Contracts;
using Forge.Jobs;

namespace Forge.Worker.Demo;

/// <summary>Does nothing: what a job costs without its work.</summary>
internal sealed class NoopHandler : IJobHandler<DemoNoopPayload>
{
    public Task HandleAsync(JobContext<DemoNoopPayload> context, CancellationToken cancellationToken) => Task.CompletedTask;
}
