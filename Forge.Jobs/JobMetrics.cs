using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Forge.Jobs;

internal sealed class JobMetrics
{
    private static readonly InstrumentAdvice<double> Seconds = new()
    {
        HistogramBucketBoundaries = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3600],
    };

    private readonly Counter<long> _enqueued;
    private readonly Counter<long> _sent;
    private readonly Histogram<double> _sendDuration;
    private readonly Counter<long> _attempts;
    private readonly Histogram<double> _runDuration;
    private readonly Histogram<double> _processDuration;
    private readonly Histogram<double> _waitDuration;
    private readonly Counter<long> _retries;
    private readonly Counter<long> _discarded;
    private readonly Counter<long> _rescued;
    private IReadOnlyList<WaitingFigures> _queues = [];

    public JobMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(JobTelemetry.Name);
        _enqueued = meter.CreateCounter<long>("forge.job.enqueued", "{job}", "Jobs that were stored.");
        _sent = meter.CreateCounter<long>("messaging.client.sent.messages", "{message}", "Jobs that a producer tried to store.");
        _sendDuration = meter.CreateHistogram("messaging.client.operation.duration", "s", "Duration of an enqueue.", advice: Seconds);
        _attempts = meter.CreateCounter<long>("forge.job.attempts", "{attempt}", "Attempts that ended.");
        _runDuration = meter.CreateHistogram("forge.job.run.duration", "s", "Duration of an attempt.", advice: Seconds);
        _processDuration = meter.CreateHistogram("messaging.process.duration", "s", "Duration of an attempt.", advice: Seconds);
        _waitDuration = meter.CreateHistogram("forge.job.wait.duration", "s", "Time between the moment a job could run and its start.", advice: Seconds);
        _retries = meter.CreateCounter<long>("forge.job.retries", "{job}", "Attempts that will be followed by another.");
        _discarded = meter.CreateCounter<long>("forge.job.discarded", "{job}", "Jobs that went to the dead letters.");
        _rescued = meter.CreateCounter<long>("forge.job.rescued", "{job}", "Jobs that were taken from a silent worker.");
        meter.CreateObservableGauge("forge.job.available", ObserveAvailable, "{job}", "Jobs that wait for a worker.");
        meter.CreateObservableGauge("forge.job.oldest_age", ObserveOldestAge, "s", "Age of the longest-waiting job.");
    }

    public void Sent(IReadOnlyCollection<NewJob> stored, string queue, TimeSpan duration, string? errorType)
    {
        if (_sendDuration.Enabled || _sent.Enabled)
        {
            var tags = MessagingTags("send", queue, errorType);
            _sendDuration.Record(duration.TotalSeconds, tags);
            _sent.Add(Math.Max(1, stored.Count), tags);
        }

        if (_enqueued.Enabled)
        {
            foreach (var (job, count) in stored.CountBy(job => (job.Queue, job.Request.Kind)))
            {
                _enqueued.Add(count, new(JobTelemetry.Destination, job.Queue), new(JobTelemetry.Kind, job.Kind));
            }
        }
    }

    public void Started(ClaimedJob job) => _waitDuration.Record(job.Waited.TotalSeconds, JobTags(job.Queue, job.Kind));

    public void Ended(ClaimedJob job, string outcome, JobState state, TimeSpan duration, string? errorType)
    {
        var tags = JobTags(job.Queue, job.Kind);
        tags.Add("outcome", outcome);
        if (errorType is not null)
        {
            tags.Add(JobTelemetry.ErrorType, errorType);
        }

        _attempts.Add(1, tags);
        _runDuration.Record(duration.TotalSeconds, tags);
        _processDuration.Record(duration.TotalSeconds, MessagingTags("process", job.Queue, errorType));
        if (state is JobState.Retryable)
        {
            _retries.Add(1, JobTags(job.Queue, job.Kind));
        }
        else if (state is JobState.Discarded)
        {
            _discarded.Add(1, JobTags(job.Queue, job.Kind));
        }
    }

    public void Rescued(string queue, string kind, JobState state)
    {
        _rescued.Add(1, JobTags(queue, kind));
        if (state is JobState.Discarded)
        {
            _discarded.Add(1, JobTags(queue, kind));
        }
    }

    public void Observed(IReadOnlyList<WaitingFigures> queues) => Volatile.Write(ref _queues, queues);

    private static TagList JobTags(string queue, string kind) => new() { { JobTelemetry.Destination, queue }, { JobTelemetry.Kind, kind } };

    private static TagList MessagingTags(string operation, string queue, string? errorType)
    {
        var tags = new TagList
        {
            { JobTelemetry.System, JobTelemetry.SystemName },
            { JobTelemetry.OperationName, operation },
            { JobTelemetry.OperationType, operation },
            { JobTelemetry.Destination, queue },
        };
        if (errorType is not null)
        {
            tags.Add(JobTelemetry.ErrorType, errorType);
        }

        return tags;
    }

    private IEnumerable<Measurement<long>> ObserveAvailable() =>
        Volatile.Read(ref _queues).Select(queue => new Measurement<long>(queue.Available, new KeyValuePair<string, object?>(JobTelemetry.Destination, queue.Queue)));

    private IEnumerable<Measurement<double>> ObserveOldestAge() =>
        Volatile.Read(ref _queues).Select(queue => new Measurement<double>(queue.OldestAge.TotalSeconds, new KeyValuePair<string, object?>(JobTelemetry.Destination, queue.Queue)));
}
