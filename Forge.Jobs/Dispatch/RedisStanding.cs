using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace Forge.Jobs;

/// <summary>Whether Redis is there, answers, and does what is asked of it. A connection alone proves nothing: a full, demoted or guarded server keeps it and refuses the commands.</summary>
internal sealed partial class RedisStanding(IConnectionMultiplexer redis, RedisNames names, ILogger<JobDispatch> logger) : IDisposable
{
    private readonly Lock _gate = new();
    private SortedDictionary<string, string> _refusals = new(StringComparer.Ordinal);
    private string _told = "";
    private Outage _outage;
    private volatile string? _refused;

    /// <summary>Set at the first command that Redis refuses: the others are worth a try, so that one line of the log names all of them.</summary>
    public Signal Doubt { get; } = new();

    /// <summary>What is wrong; null when nothing is.</summary>
    public string? Problem => !redis.IsConnected || _outage == Outage.Silent ? "Redis does not answer" : _refused;

    /// <summary>False without a connection, which is noted as an outage.</summary>
    public bool CanSend
    {
        get
        {
            if (redis.IsConnected)
            {
                // A program that only sends sees no more than the connection. One that was there all the time proves nothing.
                Recover(Outage.Disconnected);
                return true;
            }

            Fail(Outage.Disconnected, null);
            return false;
        }
    }

    /// <summary>False also after Redis did not answer, until it answers the probe: each wait for it costs its client's time limit.</summary>
    public bool CanAsk => CanSend && _outage != Outage.Silent;

    /// <summary>The rights of a Redis user that suffice, as <c>ACL SETUSER</c> takes them.</summary>
    public string Rights =>
        $"~{names.Prefix}:* &{names.Prefix}:* +rpush +lpush +lpop +lindex +lrange +llen +exists +eval +evalsha +publish +subscribe +unsubscribe +ping +echo";

    public static bool IsFailure(Exception exception) => exception is RedisException or RedisCommandException or TimeoutException or ObjectDisposedException;

    public void Answered() => Recover(Outage.Disconnected, Outage.Silent);

    public void Failed(string command, Exception exception)
    {
        if (RefusalOf(exception) is { } reason)
        {
            lock (_gate)
            {
                var isFirst = _refusals.Count == 0;
                _refusals[command] = reason;
                _refused = Describe();
                if (isFirst)
                {
                    Doubt.Set();
                }
            }
        }
        else if (exception is TimeoutException)
        {
            Fail(Outage.Silent, exception);
        }
        else
        {
            Fail(Outage.Disconnected, exception);
        }
    }

    /// <summary>Takes the result of a probe, which has tried every command: these are refused, and no other.</summary>
    public void Probed(IReadOnlyDictionary<string, Exception> refused)
    {
        lock (_gate)
        {
            _refusals = new(refused.ToDictionary(refusal => refusal.Key, refusal => RefusalOf(refusal.Value)!), StringComparer.Ordinal);
            _refused = Describe();
            var commands = string.Join(", ", _refusals.Keys);
            if (commands == _told)
            {
                return;
            }

            _told = commands;
            if (commands.Length > 0)
            {
                RedisRefuses(commands, _refusals.Values.First(), Rights);
            }
            else
            {
                RedisUp();
            }
        }
    }

    /// <summary>The words with which the server, or the client in its name, refuses a command; null when it is no refusal.</summary>
    public static string? RefusalOf(Exception exception) => exception switch
    {
        RedisServerException or RedisCommandException => exception.Message,
        RedisConnectionException { InnerException: RedisCommandException inner } => inner.Message,
        _ => null,
    };

    public void Dispose() => Doubt.Dispose();

    private string? Describe() => _refusals.Count == 0 ? null : $"Redis refuses {string.Join(", ", _refusals.Keys)} ({_refusals.Values.First()})";

    private void Fail(Outage outage, Exception? exception)
    {
        lock (_gate)
        {
            if (_outage != Outage.None)
            {
                return;
            }

            _outage = outage;
        }

        RedisDown(exception);
    }

    private void Recover(params ReadOnlySpan<Outage> outages)
    {
        // Asked for every command, and nearly always there is nothing to do.
        if (_outage == Outage.None)
        {
            return;
        }

        lock (_gate)
        {
            if (_outage == Outage.None || !outages.Contains(_outage))
            {
                return;
            }

            _outage = Outage.None;
        }

        RedisUp();
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Redis does not answer; jobs go on by polling Postgres.")]
    private partial void RedisDown(Exception? exception);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Redis refuses {Commands}: {Reason}. Jobs go on by polling Postgres, and start up to a poll later. Give the server memory or its primary back, or the user these rights: {Rights}")]
    private partial void RedisRefuses(string commands, string reason, string rights);

    [LoggerMessage(Level = LogLevel.Information, Message = "Redis answers again; jobs are dispatched through it.")]
    private partial void RedisUp();

    private enum Outage
    {
        None,
        Disconnected,
        Silent,
    }
}
