using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Forge.PostResponse;

/// <summary>Runs one request's tasks at a time, in their order. A pool has as many runners as requests that may be worked off side by side.</summary>
internal sealed class PostResponseRunner(
    PostResponseLane lane,
    RunnerPool pool,
    IServiceScopeFactory scopes,
    PostResponseMetrics metrics,
    TimeProvider time,
    ILogger logger) : IThreadPoolWorkItem
{
    private readonly RunnerCancellation _cancellation = new(time);
    private PostResponseBatch? _current;
    private Task _currentRun = Task.CompletedTask;

    /// <summary>The batch that is being run, for a stop to see what is left of it.</summary>
    public PostResponseBatch? Current => Volatile.Read(ref _current);

    /// <summary>Ends when the batch that is being run has ended. Never fails.</summary>
    public Task CurrentRun => Volatile.Read(ref _currentRun);

    void IThreadPoolWorkItem.Execute() => _ = RunAsync();

    public void Stop() => _cancellation.Stop();

    /// <summary>Works until nothing waits; never fails, since <see cref="RunBatchAsync"/> does not.</summary>
    private async Task RunAsync()
    {
        pool.Arrive();
        while (!lane.IsStopping && pool.TryTake(out var batch))
        {
            Volatile.Write(ref _current, batch);
            Volatile.Write(ref _currentRun, RunBatchAsync(batch));
            await _currentRun;
            if (!lane.IsStopping)
            {
                Volatile.Write(ref _current, null);
            }
        }

        if (!lane.IsStopping)
        {
            pool.Rest(this);
        }
    }

    private async Task RunBatchAsync(PostResponseBatch batch)
    {
        try
        {
            using var activity = PostResponseTracing.StartBatch(batch);
            var startedAt = metrics.BatchStarted();
            for (var position = 0; position < batch.Works.Count && !lane.IsStopping; position++)
            {
                var work = batch.Works[position];
                if (!await RunTaskAsync(batch, work, position) && work.Settings.AfterFailure is AfterFailure.SkipRemaining)
                {
                    lane.Lose(batch, LossReason.SkippedAfterFailure);
                    break;
                }
            }

            metrics.BatchEnded(startedAt);
        }
        catch (Exception exception)
        {
            // Not a task's fault, that is caught below: a listener of ours threw, say. The runner has to survive it.
            logger.PostResponseRunnerFailed(exception, batch.Method, batch.Route, batch.RequestTraceId);
            lane.Lose(batch, LossReason.RunnerFailed);
        }
    }

    private async Task<bool> RunTaskAsync(PostResponseBatch batch, PostResponseWork work, int position)
    {
        using var activity = PostResponseTracing.StartTask(work, position);
        work.HasStarted = true;
        var startedAt = metrics.TaskStarted(work, batch);
        var cancellationToken = _cancellation.Start();
        Exception? failure = null;
        try
        {
            await using var scope = scopes.CreateAsyncScope();
            var run = work.RunAsync(scope.ServiceProvider, cancellationToken);
            if (!run.IsCompleted)
            {
                _cancellation.CancelAfter(work.Settings.Timeout);
            }

            await run;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested && lane.IsStopping)
        {
            PostResponseTracing.Interrupted(activity);
            metrics.TaskGivenUp();
            return true;
        }
        catch (OperationCanceledException exception) when (cancellationToken.IsCancellationRequested)
        {
            failure = new TimeoutException($"The task '{work.Name}' took longer than {work.Settings.Timeout}.", exception);
        }
        catch (Exception exception)
        {
            failure = exception;
        }

        if (failure is not null)
        {
            PostResponseTracing.Failed(activity, failure);
            logger.PostResponseTaskFailed(failure, work.Name, position + 1, batch.Method, batch.Route, batch.RequestTraceId);
        }

        lane.Settle(work, startedAt, failure);
        return failure is null;
    }
}
