using System.Collections.Concurrent;
using System.Threading.Channels;
using Forge.Contracts;
using Forge.Jobs;

namespace Forge.Api.Tests.Jobs;

/// <summary>Lets a test say when a running job makes progress and when it ends.</summary>
internal sealed class Gate
{
    private readonly ConcurrentDictionary<Guid, Channel<int>> _jobs = new();

    public void Report(Guid jobId, int percent) => Of(jobId).Writer.TryWrite(percent);

    public void Finish(Guid jobId) => Of(jobId).Writer.Complete();

    public IAsyncEnumerable<int> ProgressOf(Guid jobId, CancellationToken cancellationToken) => Of(jobId).Reader.ReadAllAsync(cancellationToken);

    private Channel<int> Of(Guid jobId) => _jobs.GetOrAdd(jobId, _ => Channel.CreateUnbounded<int>());
}

/// <summary>Runs until the test says so.</summary>
internal sealed class GatedHandler(Gate gate) : IJobHandler<DemoSleepPayload>
{
    public async Task HandleAsync(JobContext<DemoSleepPayload> context, CancellationToken cancellationToken)
    {
        await foreach (var percent in gate.ProgressOf(context.JobId, cancellationToken))
        {
            await context.ReportProgressAsync(percent, $"At {percent}.", cancellationToken);
        }
    }
}

/// <summary>Has a JSON result.</summary>
internal sealed class JsonHandler : IJobHandler<DemoNoopPayload>
{
    public Task HandleAsync(JobContext<DemoNoopPayload> context, CancellationToken cancellationToken)
    {
        context.SetResult(new { answer = 42 });
        return Task.CompletedTask;
    }
}

/// <summary>Has a file as its result.</summary>
internal sealed class FileHandler : IJobHandler<ReportPayload>
{
    public Task HandleAsync(JobContext<ReportPayload> context, CancellationToken cancellationToken)
    {
        context.SetResultFile("a file"u8.ToArray(), "application/pdf", "a file.pdf");
        return Task.CompletedTask;
    }
}

/// <summary>Goes to the dead letters at once.</summary>
internal sealed class DiscardedHandler : IJobHandler<DemoFailPayload>
{
    public Task HandleAsync(JobContext<DemoFailPayload> context, CancellationToken cancellationToken) =>
        throw new DoNotRetryException("Of no use.");
}
