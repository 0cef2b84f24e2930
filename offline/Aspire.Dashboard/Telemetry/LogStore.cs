namespace Aspire.Dashboard.Telemetry;

/// <summary>Keeps log lines in memory in the order of their arrival, up to the limits: the oldest goes first.</summary>
public sealed class LogStore(TelemetryLimits limits, ChangeNotes notes)
{
    private readonly Lock _lock = new();
    private readonly Queue<TelemetryLog> _logs = [];
    private long _bytes;
    private long _lastNumber;
    private long _droppedCount;

    /// <summary>How many lines are kept.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _logs.Count;
            }
        }
    }

    /// <summary>How many lines had to go since the start.</summary>
    public long DroppedCount => Interlocked.Read(ref _droppedCount);

    /// <summary>Keeps lines.</summary>
    public void Add(IReadOnlyCollection<TelemetryLog> logs)
    {
        if (logs.Count == 0)
        {
            return;
        }

        lock (_lock)
        {
            foreach (var log in logs)
            {
                log.Number = ++_lastNumber;
                _logs.Enqueue(log);
                _bytes += log.Bytes;
            }

            while (_logs.Count > limits.MaxLogCount || _bytes > limits.MaxBytes)
            {
                _bytes -= _logs.Dequeue().Bytes;
                Interlocked.Increment(ref _droppedCount);
            }
        }

        notes.Note(ChangeTopic.Logs);
    }

    /// <summary>The line with a number; null when it is not there, or no longer.</summary>
    public TelemetryLog? Get(long number)
    {
        lock (_lock)
        {
            return _logs.FirstOrDefault(log => log.Number == number);
        }
    }

    /// <summary>Lists lines: the newest that match, the oldest of them first.</summary>
    public Page<TelemetryLog> Find(LogQuery query)
    {
        List<TelemetryLog> matching;
        lock (_lock)
        {
            matching = [.. _logs.Where(query.Matches)];
        }

        var end = Math.Max(0, matching.Count - query.Skip);
        var begin = Math.Max(0, end - query.Limit);
        return new Page<TelemetryLog>(matching[begin..end], matching.Count);
    }
}
