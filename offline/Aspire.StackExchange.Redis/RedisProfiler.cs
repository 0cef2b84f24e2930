using System.Collections.Concurrent;
using System.Diagnostics;
using StackExchange.Redis;
using StackExchange.Redis.Profiling;

namespace Aspire.StackExchange.Redis;

/// <summary>
/// Writes a span for each Redis command that was sent inside a recorded activity. The client has no activity source: it measures commands
/// for a session given to it, so the spans are written a little later, with the times of the commands.
/// </summary>
/// <remarks>Commands outside any activity, such as polling, are neither measured nor written. The timer rests while there is nothing to write.</remarks>
internal sealed class RedisProfiler : IDisposable
{
    /// <summary>The name under which the OpenTelemetry instrumentation of this client is known.</summary>
    public const string SourceName = "OpenTelemetry.Instrumentation.StackExchangeRedis";

    private static readonly ActivitySource Source = new(SourceName);
    private static readonly TimeSpan FlushInterval = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<Activity, ProfilingSession> _sessions = new(ReferenceEqualityComparer.Instance);
    private readonly Lock _flushing = new();
    private readonly Timer _timer;
    private int _isScheduled;

    public RedisProfiler()
    {
        using (ExecutionContext.SuppressFlow())
        {
            _timer = new Timer(_ => OnTimer());
        }
    }

    public void Observe(IConnectionMultiplexer connection) => connection.RegisterProfiler(SessionOfCurrentActivity);

    /// <summary>Writes the spans of all commands that have been answered.</summary>
    public void Flush()
    {
        lock (_flushing)
        {
            foreach (var (parent, session) in _sessions)
            {
                // Read before the commands are taken: what ends after a stopped activity was sent without being awaited, and is let go.
                var hasEnded = parent.IsStopped;
                foreach (var command in session.FinishProfiling())
                {
                    WriteSpan(parent.Context, command);
                }

                if (hasEnded)
                {
                    _sessions.TryRemove(parent, out _);
                }
            }
        }
    }

    /// <summary>Writes what is left; called before the tracer provider that exports it ends.</summary>
    public void Dispose()
    {
        _timer.Dispose();
        Flush();
    }

    private ProfilingSession? SessionOfCurrentActivity()
    {
        if (Activity.Current is not { IsAllDataRequested: true } parent || !Source.HasListeners())
        {
            return null;
        }

        var session = _sessions.GetOrAdd(parent, static _ => new ProfilingSession());
        if (Interlocked.Exchange(ref _isScheduled, 1) == 0)
        {
            Schedule();
        }

        return session;
    }

    private void OnTimer()
    {
        Volatile.Write(ref _isScheduled, 0);
        Flush();
        if (!_sessions.IsEmpty && Interlocked.Exchange(ref _isScheduled, 1) == 0)
        {
            Schedule();
        }
    }

    private void Schedule()
    {
        try
        {
            _timer.Change(FlushInterval, Timeout.InfiniteTimeSpan);
        }
        catch (ObjectDisposedException exception)
        {
            // The host is going down; commands sent now are sent after the last export.
            Debug.WriteLine(exception);
        }
    }

    private static void WriteSpan(ActivityContext parent, IProfiledCommand command)
    {
        var span = Source.CreateActivity(command.Command, ActivityKind.Client, parent, Tags(command));
        if (span is null)
        {
            return;
        }

        span.SetStartTime(command.CommandCreated);
        span.Start();
        span.SetEndTime(command.CommandCreated + command.ElapsedTime);
        span.Stop();
    }

    /// <summary>OpenTelemetry's conventions for database clients; the value of <c>db.namespace</c> is the number of the database.</summary>
    private static IEnumerable<KeyValuePair<string, object?>> Tags(IProfiledCommand command)
    {
        yield return new("db.system.name", "redis");
        yield return new("db.operation.name", command.Command);
        if (command.Db >= 0)
        {
            yield return new("db.namespace", command.Db.ToString(System.Globalization.CultureInfo.InvariantCulture));
        }

        switch (command.EndPoint)
        {
            case System.Net.DnsEndPoint name:
                yield return new("server.address", name.Host);
                yield return new("server.port", name.Port);
                break;
            case System.Net.IPEndPoint address:
                yield return new("server.address", address.Address.ToString());
                yield return new("server.port", address.Port);
                break;
        }
    }
}
