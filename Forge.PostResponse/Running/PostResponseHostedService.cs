using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Forge.PostResponse;

/// <summary>Starts the lane with the host, and at a graceful stop drains it after the server has stopped.</summary>
/// <remarks>
/// The drain hangs on <see cref="StoppedAsync"/>, which the host calls when every hosted service has stopped, the server among them: no
/// request can add work any more. Runners go on working all the while.
/// </remarks>
internal sealed class PostResponseHostedService(
    PostResponseLane lane, PostResponseMetrics metrics, IServiceScopeFactory scopes, TimeProvider time, ILogger<PostResponseLane> logger)
    : IHostedLifecycleService
{
    private const int HandOversSideBySide = 16;

    private readonly Lock _lock = new();
    private Task? _stopped;

    public Task StartingAsync(CancellationToken cancellationToken)
    {
        lane.Start();
        return Task.CompletedTask;
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Each outstanding task is run, handed over or lost when this ends, and said to be so.</summary>
    /// <remarks>A host that is told to stop while it stops calls this again, side by side; what is left over must not be handed over twice.</remarks>
    public Task StoppedAsync(CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            return _stopped ??= DrainAsync(cancellationToken);
        }
    }

    private async Task DrainAsync(CancellationToken cancellationToken)
    {
        var outstanding = lane.Outstanding;
        var before = metrics.Read();
        if (!await EndsWithinAsync(lane.WhenEmptyAsync(), lane.Options.DrainBudget, cancellationToken))
        {
            await HandOverAsync();
        }

        lane.Interrupt();
        if (outstanding > 0)
        {
            var after = metrics.Read();
            var handedOver = after.HandedOver - before.HandedOver;
            var lost = after.Lost - before.Lost;
            logger.PostResponseLaneDrained(outstanding, outstanding - handedOver - lost, handedOver, lost);
        }
    }

    private async Task HandOverAsync()
    {
        using var budget = new CancellationTokenSource(lane.Options.HandOverBudget, time);
        lane.Interrupt();

        // Tasks that heed their token end now; a quarter of the budget is theirs, the rest is for handing over.
        await EndsWithinAsync(lane.WhenIdleAsync(), lane.Options.HandOverBudget / 4, budget.Token);

        // A second round only if a runner had a batch out of the queue and not yet in its hands.
        do
        {
            await Parallel.ForEachAsync(
                lane.TakeLeftovers(),
                new ParallelOptions { MaxDegreeOfParallelism = HandOversSideBySide },
                async (leftover, _) => await HandOverAsync(leftover.Work, leftover.Batch, budget.Token));
        }
        while (lane.Outstanding > 0 && !budget.IsCancellationRequested);
    }

    private async Task HandOverAsync(PostResponseWork work, PostResponseBatch batch, CancellationToken budget)
    {
        if (!work.CanBeWrittenDown)
        {
            lane.Lose(work, batch, LossReason.Stopped, exception: null);
            return;
        }

        try
        {
            budget.ThrowIfCancellationRequested();
            // What is sent from here finds its request by this span.
            using var activity = PostResponseTracing.StartBatch(batch);
            await using var scope = scopes.CreateAsyncScope();
            await work.WriteDownAsync(scope.ServiceProvider, budget).WaitAsync(budget);
            lane.SettleHandedOver(work, batch);
        }
        catch (Exception exception)
        {
            lane.Lose(work, batch, LossReason.WriteDownFailed, exception);
        }
    }

    private async Task<bool> EndsWithinAsync(Task task, TimeSpan limit, CancellationToken cancellationToken)
    {
        try
        {
            await task.WaitAsync(limit, time, cancellationToken);
            return true;
        }
        catch (Exception exception) when (exception is TimeoutException or OperationCanceledException)
        {
            return false;
        }
    }
}
