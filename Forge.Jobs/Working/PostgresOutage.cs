using Microsoft.Extensions.Logging;
using Npgsql;

namespace Forge.Jobs;

/// <summary>Says once in the log that Postgres is away, however many loops of the worker fail for it and how often, and once that it is back.</summary>
internal sealed partial class PostgresOutage(ILogger<JobWorker> logger)
{
    private readonly Lock _gate = new();
    private bool _isOut;
    private bool _hasFailed;

    /// <summary>Takes note of a failure. False when it says nothing about the server: then it is the caller's to log.</summary>
    public bool Explains(Exception exception)
    {
        if (exception is not TimeoutException && !(exception is NpgsqlException failure && PostgresFailure.IsOutage(failure)))
        {
            return false;
        }

        lock (_gate)
        {
            _hasFailed = true;
            if (!_isOut)
            {
                _isOut = true;
                PostgresIsAway(exception, exception.Message);
            }
        }

        return true;
    }

    /// <summary>A heartbeat came through. The outage is over when nothing has failed since the one before.</summary>
    public void HeartbeatAnswered()
    {
        lock (_gate)
        {
            if (_isOut && !_hasFailed)
            {
                _isOut = false;
                PostgresIsBack();
            }

            _hasFailed = false;
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Postgres does not do what the worker asks: {Reason} The worker goes on trying and logs no more of this until it is over. Its jobs are taken from it if its heartbeats fail for the length of a lease.")]
    private partial void PostgresIsAway(Exception exception, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "Postgres answers the worker again.")]
    private partial void PostgresIsBack();
}
