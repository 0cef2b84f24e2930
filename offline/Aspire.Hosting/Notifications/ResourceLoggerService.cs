using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>Keeps the last 10,000 lines of each process's output.</summary>
public class ResourceLoggerService(TimeProvider? time = null)
{
    private readonly ConcurrentDictionary<string, ResourceLog> _logs = new(StringComparer.OrdinalIgnoreCase);
    private readonly TimeProvider _time = time ?? TimeProvider.System;

    /// <summary>Called with each line as it comes: the process's id, the line, whether it is an error.</summary>
    internal event Action<string, string, bool>? LineWritten;

    /// <summary>A logger that writes into the resource's log.</summary>
    public ILogger GetLogger(IResource resource) => GetLogger(resource.GetResourceIds()[0]);

    /// <summary>A logger that writes into the log of a process.</summary>
    public ILogger GetLogger(string resourceName) => new LineLogger(this, resourceName);

    /// <summary>The lines that are kept, then each line as it comes. Ends only by cancelling.</summary>
    public IAsyncEnumerable<IReadOnlyList<LogLine>> WatchAsync(string resourceName) => LogOf(resourceName).WatchAsync();

    /// <summary>The lines that are kept of the resource's first process, then each line as it comes. Ends only by cancelling.</summary>
    public IAsyncEnumerable<IReadOnlyList<LogLine>> WatchAsync(IResource resource) => WatchAsync(resource.GetResourceIds()[0]);

    /// <summary>The lines that are kept now.</summary>
    internal IReadOnlyList<LogLine> KeptLines(string resourceId) => _logs.TryGetValue(resourceId, out var log) ? log.Kept() : [];

    internal void Write(string resourceId, string line, bool isError)
    {
        LogOf(resourceId).Write(line, isError);
        LineWritten?.Invoke(resourceId, line, isError);
    }

    private ResourceLog LogOf(string resourceId) => _logs.GetOrAdd(resourceId, _ => new ResourceLog(_time));

    private sealed class ResourceLog(TimeProvider time)
    {
        private const int MostLines = 10_000;

        private readonly Lock _lock = new();
        private readonly Queue<LogLine> _lines = [];
        private readonly HashSet<Channel<LogLine>> _watchers = [];
        private int _lastNumber;

        public void Write(string content, bool isError)
        {
            lock (_lock)
            {
                var line = new LogLine(++_lastNumber, content, isError) { WrittenAt = time.GetUtcNow() };
                _lines.Enqueue(line);
                if (_lines.Count > MostLines)
                {
                    _lines.Dequeue();
                }

                foreach (var watcher in _watchers)
                {
                    watcher.Writer.TryWrite(line);
                }
            }
        }

        public IReadOnlyList<LogLine> Kept()
        {
            lock (_lock)
            {
                return [.. _lines];
            }
        }

        public async IAsyncEnumerable<IReadOnlyList<LogLine>> WatchAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
        {
            var lines = Channel.CreateBounded<LogLine>(new BoundedChannelOptions(MostLines) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });
            lock (_lock)
            {
                foreach (var line in _lines)
                {
                    lines.Writer.TryWrite(line);
                }

                _watchers.Add(lines);
            }

            try
            {
                while (await lines.Reader.WaitToReadAsync(cancellationToken))
                {
                    var batch = new List<LogLine>();
                    while (lines.Reader.TryRead(out var line))
                    {
                        batch.Add(line);
                    }

                    yield return batch;
                }
            }
            finally
            {
                lock (_lock)
                {
                    _watchers.Remove(lines);
                }
            }
        }
    }

    private sealed class LineLogger(ResourceLoggerService logs, string resourceId) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
            {
                var cause = exception is null ? "" : $" ({exception.Message})";
                logs.Write(resourceId, formatter(state, exception) + cause, logLevel >= LogLevel.Error);
            }
        }
    }
}

/// <summary>A line of output.</summary>
public readonly record struct LogLine(int LineNumber, string Content, bool IsErrorMessage)
{
    /// <summary>When it was read from the process.</summary>
    internal DateTimeOffset WrittenAt { get; init; }
}
