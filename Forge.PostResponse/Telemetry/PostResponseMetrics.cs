using System.Diagnostics.Metrics;

namespace Forge.PostResponse;

/// <summary>The lane's instruments, and the same figures for <see cref="PostResponseMonitor"/>.</summary>
internal sealed class PostResponseMetrics
{
    public const string MeterName = "Forge.PostResponse";

    private const string TaskTag = "forge.task.name";
    private const string ErrorTypeTag = "error.type";
    private const string OutcomeTag = "outcome";
    private const string TaskUnit = "{task}";

    private static readonly InstrumentAdvice<double> Durations = new()
    {
        HistogramBucketBoundaries = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300],
    };

    private readonly TimeProvider _time;
    private readonly Histogram<double> _waitDuration;
    private readonly Histogram<double> _runDuration;
    private readonly Histogram<double> _batchDuration;
    private readonly Counter<long> _failureCounter;
    private readonly Counter<long> _lostCounter;
    private readonly Counter<long> _rejectedCounter;
    private readonly Counter<long> _handedOverCounter;
    private readonly Counter<long> _notRunCounter;
    private long _waiting;
    private long _running;
    private long _completed;
    private long _failures;
    private long _handedOver;
    private long _lost;
    private long _rejected;

    public PostResponseMetrics(IMeterFactory meters, TimeProvider time)
    {
        _time = time;
        var meter = meters.Create(MeterName);
        meter.CreateObservableUpDownCounter(
            "forge.post_response.waiting", () => Interlocked.Read(ref _waiting), TaskUnit, "Tasks that were accepted and have not started.");
        _waitDuration = meter.CreateHistogram(
            "forge.post_response.wait.duration", "s", "Time from the end of the request to the start of a task.", tags: null, Durations);
        _runDuration = meter.CreateHistogram(
            "forge.post_response.run.duration", "s", "Time that a task ran.", tags: null, Durations);
        _batchDuration = meter.CreateHistogram(
            "forge.post_response.batch.duration", "s", "Time that all tasks of one request took.", tags: null, Durations);
        _failureCounter = meter.CreateCounter<long>("forge.post_response.failures", TaskUnit, "Tasks that failed.");
        _lostCounter = meter.CreateCounter<long>("forge.post_response.lost", TaskUnit, "Accepted tasks that were never run to an end.");
        _rejectedCounter = meter.CreateCounter<long>("forge.post_response.rejected", TaskUnit, "Tasks that were not accepted.");
        _handedOverCounter = meter.CreateCounter<long>("forge.post_response.handed_over", TaskUnit, "Tasks that were handed over at a stop.");
        _notRunCounter = meter.CreateCounter<long>(
            "forge.post_response.not_run", TaskUnit, "Tasks of requests that failed or whose client went away.");
    }

    public void TasksAccepted(int tasks) => Interlocked.Add(ref _waiting, tasks);

    /// <summary>The first task of a request starts now; the answer is for <see cref="BatchEnded"/>.</summary>
    public long BatchStarted() => _batchDuration.Enabled ? _time.GetTimestamp() : 0;

    public void BatchEnded(long startedAt)
    {
        if (startedAt != 0)
        {
            _batchDuration.Record(_time.GetElapsedTime(startedAt).TotalSeconds);
        }
    }

    /// <summary>A task starts now; the answer is for <see cref="TaskEnded"/>.</summary>
    public long TaskStarted(PostResponseWork work, PostResponseBatch batch)
    {
        Interlocked.Decrement(ref _waiting);
        Interlocked.Increment(ref _running);
        var now = _time.GetTimestamp();
        if (_waitDuration.Enabled)
        {
            _waitDuration.Record(_time.GetElapsedTime(batch.ReleasedAt, now).TotalSeconds, new KeyValuePair<string, object?>(TaskTag, work.Name));
        }

        return now;
    }

    public void TaskEnded(PostResponseWork work, long startedAt, Exception? failure)
    {
        var task = new KeyValuePair<string, object?>(TaskTag, work.Name);
        if (failure is null)
        {
            if (_runDuration.Enabled)
            {
                _runDuration.Record(_time.GetElapsedTime(startedAt).TotalSeconds, task);
            }

            Interlocked.Increment(ref _completed);
        }
        else
        {
            var errorType = new KeyValuePair<string, object?>(ErrorTypeTag, failure.GetType().FullName);
            _runDuration.Record(_time.GetElapsedTime(startedAt).TotalSeconds, task, errorType);
            _failureCounter.Add(1, task, errorType);
            Interlocked.Increment(ref _failures);
        }

        Interlocked.Decrement(ref _running);
    }

    /// <summary>A task stopped running that is, or will be, counted as handed over or lost.</summary>
    public void TaskGivenUp() => Interlocked.Decrement(ref _running);

    public void TaskHandedOver(PostResponseWork work, bool hadStarted)
    {
        LeaveWaiting(hadStarted);
        Interlocked.Increment(ref _handedOver);
        _handedOverCounter.Add(1, new KeyValuePair<string, object?>(TaskTag, work.Name));
    }

    public void TaskLost(PostResponseWork work, LossReason reason, bool hadStarted)
    {
        LeaveWaiting(hadStarted);
        Interlocked.Increment(ref _lost);
        _lostCounter.Add(1, new(TaskTag, work.Name), new(OutcomeTag, Name(reason)));
    }

    public void TaskDropped(PostResponseWork work, DropReason reason)
    {
        Interlocked.Increment(ref _rejected);
        _rejectedCounter.Add(1, new(TaskTag, work.Name), new(OutcomeTag, reason is DropReason.NoRoom ? "dropped" : "request_limit"));
    }

    public void TaskNotRun(PostResponseWork work) => _notRunCounter.Add(1, new KeyValuePair<string, object?>(TaskTag, work.Name));

    public void TasksRefused(int tasks)
    {
        Interlocked.Add(ref _rejected, tasks);
        _rejectedCounter.Add(tasks, new KeyValuePair<string, object?>(OutcomeTag, "refused"));
    }

    public PostResponseFigures Read() => new(
        Interlocked.Read(ref _waiting),
        Interlocked.Read(ref _running),
        Interlocked.Read(ref _completed),
        Interlocked.Read(ref _failures),
        Interlocked.Read(ref _handedOver),
        Interlocked.Read(ref _lost),
        Interlocked.Read(ref _rejected));

    private void LeaveWaiting(bool hadStarted)
    {
        if (!hadStarted)
        {
            Interlocked.Decrement(ref _waiting);
        }
    }

    private static string Name(LossReason reason) => reason switch
    {
        LossReason.Stopped => "stopped",
        LossReason.WriteDownFailed => "write_down_failed",
        LossReason.SkippedAfterFailure => "skipped_after_failure",
        LossReason.RunnerFailed => "runner_failed",
        _ => throw new ArgumentOutOfRangeException(nameof(reason), reason, "An unknown reason."),
    };
}
