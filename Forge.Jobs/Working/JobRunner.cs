using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Forge.Jobs;

/// <summary>Runs one attempt of one job, from its span to its stored end. Nothing that it starts throws.</summary>
internal sealed partial class JobRunner(
    WorkerScope scope,
    WorkerIdentity worker,
    RunningJobs running,
    RunningJobWriter writer,
    JobHandBack handBack,
    LimitedKinds limited,
    WorkerSignals signals,
    JobDispatch dispatch,
    JobMetrics metrics,
    IServiceScopeFactory scopes,
    IOptions<JobQueueOptions> options,
    TimeProvider time,
    ILogger<JobRunner> logger)
{
    private const int MaxUnstored = 2_000;

    /// <summary>A line at once, and then every half minute.</summary>
    private const int FailuresToALogLine = 60;

    private static readonly TimeSpan SuspectPause = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan StorePatience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan StoreRetryPause = TimeSpan.FromSeconds(0.5);
    private static readonly Func<ILogger, Guid, int, IDisposable?> JobScope = LoggerMessage.DefineScope<Guid, int>("{JobId} {Attempt}");

    /// <summary>Calls the handler, and returns when its place is free. The end is stored meanwhile or later, together with others; <see cref="RunningJobs"/> knows the run until then.</summary>
    public async Task RunAsync(ClaimedJob job)
    {
        JobRun? run = null;
        var hasBegun = false;
        try
        {
            run = new JobRun(job, scope.OptionsOf(job.Kind).Timeout, time, logger);
            if (!await TryBeginAsync(run))
            {
                return;
            }

            hasBegun = true;
            var ended = StoreEndAsync(run, await RunHandlerAsync(run));
            if (running.Count > MaxUnstored)
            {
                // Postgres does not keep up, or is away: work that nobody can record must not pile up.
                await ended;
            }
        }
        catch (Exception exception)
        {
            // Not the handler's: those are its attempt's end. The heartbeat finds a job that this worker holds and does not run, and has it rescued.
            if (run is not null)
            {
                if (hasBegun)
                {
                    running.Abandon(run);
                }

                Forget(run);
            }

            RunBroke(exception, job.Id, job.Kind);
        }
    }

    /// <summary>Lets a job begin, unless it was taken from this worker, or is a suspect and another one runs here. For all but jobs that a worker died with it does nothing.</summary>
    private async ValueTask<bool> TryBeginAsync(JobRun run)
    {
        if (!running.TryAdd(run))
        {
            run.Dispose();
            await handBack.PostponeAsync([run.Job], SuspectPause, CancellationToken.None);
            return false;
        }

        if (run.Job.Deaths > 0 && !await writer.ChargeDeathAsync(run.Job, CancellationToken.None))
        {
            JobLeaseLost(run.Job.Id, run.Job.Kind, run.Job.Attempt);
            Forget(run);
            return false;
        }

        return true;
    }

    private void Forget(JobRun run)
    {
        running.Remove(run);
        run.Dispose();
    }

    private async Task<(AttemptEnd? End, TimeSpan Duration)> RunHandlerAsync(JobRun run)
    {
        var job = run.Job;
        using var activity = JobTelemetry.StartProcess(job, worker.Id);
        using var logScope = JobScope(logger, job.Id, job.Attempt);
        metrics.Started(job);
        var begun = time.GetTimestamp();
        var end = await HandleAsync(run);
        var duration = time.GetElapsedTime(begun);
        if (end?.ErrorType is not null)
        {
            JobTelemetry.Fail(activity, end.ErrorType, end.ErrorMessage ?? "");
        }

        return (end is null || activity is null ? end : end with { TraceId = activity.TraceId.ToHexString() }, duration);
    }

    private async Task StoreEndAsync(JobRun run, (AttemptEnd? End, TimeSpan Duration) ended)
    {
        var job = run.Job;
        var (end, duration) = ended;
        try
        {
            if (end is null)
            {
                // The handler completed the job in its own transaction.
                dispatch.AnnounceChange(job.Id);
                metrics.Ended(job, AttemptOutcome.Completed, JobState.Completed, duration, null);
                return;
            }

            (end, var stored) = await StoreAsync(end);
            if (stored is { } state)
            {
                JobEnded(job.Id, job.Kind, job.Attempt, end.Outcome, state);
                metrics.Ended(job, end.Outcome, state, duration, end.ErrorType);
                if (state is JobState.Available)
                {
                    dispatch.PushFront([new DispatchedJob(job, scope.LimitedKindOf(job) is not null)]);
                }
            }
            else
            {
                JobLeaseLost(job.Id, job.Kind, job.Attempt);
            }
        }
        catch (Exception exception)
        {
            // The heartbeat finds a job that this worker holds and does not run, and has it rescued.
            running.Abandon(run);
            JobEndNotStored(exception, job.Id, job.Kind);
        }
        finally
        {
            Forget(run);
            if (scope.OptionsOf(job.Kind).MaxConcurrency is not null)
            {
                // There is room for another of its kind, here or elsewhere; who does not hear it sees it at the fallback poll.
                limited.LookFor(job.Kind);
                signals.Work.Set();
                dispatch.NudgeFor(job.Kind);
            }
        }
    }

    /// <summary>Calls the handler. Null when it completed the job itself.</summary>
    private async Task<AttemptEnd?> HandleAsync(JobRun run)
    {
        var job = run.Job;
        var handler = scope.HandlerOf(job.Kind);
        JobContext context;
        try
        {
            context = handler.CreateContext(job, scope.PayloadOf(job), writer, options.Value.MaxResultBytes);
        }
        catch (Exception exception)
        {
            // Whether an upcaster, the reader or the payload's own constructor threw: another attempt would read the same payload.
            return Failed(job, exception, JobState.Discarded);
        }

        Exception? failure = null;
        try
        {
            await handler.HandleAsync(scopes, context, exception => DisposalFailed(exception, job.Id, job.Kind, job.Attempt), run.Token);
        }
        catch (Exception exception)
        {
            failure = exception;
        }

        if (context.IsCompletedInTransaction)
        {
            // Whether it has committed, only Postgres knows, whatever the handler threw after that.
            var found = await KeepTryingAsync(job.Id, () => writer.FindEndAsync(job, CancellationToken.None));
            if (found.State is JobState.Completed)
            {
                if (failure is not null)
                {
                    HandlerFailedAfterCompletion(failure, job.Id, job.Kind, job.Attempt);
                }

                return null;
            }

            failure ??= new InvalidOperationException("The handler completed the job in a transaction and returned without having committed it.");
        }

        return failure switch
        {
            null => new AttemptEnd(job, AttemptOutcome.Completed, JobState.Completed) { ResultJson = context.ResultJson, ResultFile = context.ResultFile },
            OperationCanceledException when run.Token.IsCancellationRequested => Stopped(run),
            // What fails then may fail for it.
            _ when run.Reason is StopReason.WorkerStopping => FailedAtStop(job, failure),
            DoNotRetryException => Failed(job, failure, JobState.Discarded),
            _ => Failed(job, failure, NextState(job)),
        };
    }

    private AttemptEnd Stopped(JobRun run) => run.Reason switch
    {
        StopReason.CancelRequested => new AttemptEnd(run.Job, AttemptOutcome.Cancelled, JobState.Cancelled),
        StopReason.TimedOut => Failed(
            run.Job,
            new TimeoutException($"The run took longer than {scope.OptionsOf(run.Job.Kind).Timeout}."),
            NextState(run.Job)) with
        { Outcome = AttemptOutcome.TimedOut },
        // The worker stops, or the lease is lost; then the fence lets nothing through.
        _ => new AttemptEnd(run.Job, AttemptOutcome.HandedBack, JobState.Available),
    };

    private AttemptEnd FailedAtStop(ClaimedJob job, Exception exception)
    {
        JobFailedAtStop(exception, job.Id, job.Kind, job.Attempt);
        return new AttemptEnd(job, AttemptOutcome.HandedBack, JobState.Available) { ErrorType = CauseOf(exception).GetType().FullName, ErrorMessage = exception.Message };
    }

    private AttemptEnd Failed(ClaimedJob job, Exception exception, JobState next)
    {
        if (next is JobState.Discarded)
        {
            JobFailedForGood(exception, job.Id, job.Kind, job.Attempt);
        }
        else
        {
            JobAttemptFailed(exception, job.Id, job.Kind, job.Attempt, job.MaxAttempts);
        }

        return new AttemptEnd(job, AttemptOutcome.Failed, next)
        {
            ErrorType = CauseOf(exception).GetType().FullName,
            ErrorMessage = exception.Message,
            RetryDelay = RetryBackoff.DelayAfter(job.Attempt, scope.OptionsOf(job.Kind), (exception as RetryAfterException)?.Delay),
        };
    }

    private static Exception CauseOf(Exception exception) => exception is DoNotRetryException or RetryAfterException ? exception.InnerException ?? exception : exception;

    private static JobState NextState(ClaimedJob job) => job.Attempt < job.MaxAttempts ? JobState.Retryable : JobState.Discarded;

    /// <summary>Tries until the end is stored or the job is known to be somebody else's: a handler's work is not thrown away because Postgres is away, however long. Returns what was stored, and the job's state after it; null when the job was taken from the run.</summary>
    private async Task<(AttemptEnd End, JobState? State)> StoreAsync(AttemptEnd end)
    {
        JobState? state;
        try
        {
            state = await KeepTryingAsync(end.Job.Id, () => writer.FinishAsync(end, CancellationToken.None));
        }
        catch (PostgresException exception) when (PostgresFailure.IsAboutTheValue(exception) && end.State is JobState.Completed)
        {
            end = Failed(end.Job, exception, NextState(end.Job)) with { TraceId = end.TraceId };
            state = await KeepTryingAsync(end.Job.Id, () => writer.FinishAsync(end, CancellationToken.None));
        }

        if (state is null)
        {
            // The job is not this run's any more. It may be so because an earlier write of this end was committed and its answer lost, or failed for others' sake.
            var found = await KeepTryingAsync(end.Job.Id, () => writer.FindEndAsync(end.Job, CancellationToken.None));
            return found.Outcome is { } outcome ? (end with { Outcome = outcome }, found.State) : (end, null);
        }

        return (end, state);
    }

    private async Task<T> KeepTryingAsync<T>(Guid jobId, Func<Task<T>> ask)
    {
        var begun = time.GetTimestamp();
        for (var failures = 0; ; failures++)
        {
            try
            {
                return await ask();
            }
            catch (NpgsqlException exception) when (!PostgresFailure.IsAboutTheValue(exception) && (PostgresFailure.IsOutage(exception) || time.GetElapsedTime(begun) < StorePatience))
            {
                if (failures % FailuresToALogLine == 0)
                {
                    // An outage may be long, and thousands of ends may wait for its end.
                    StoreRetry(exception, jobId);
                }

                await Task.Delay(StoreRetryPause, time, CancellationToken.None);
            }
        }
    }
}
