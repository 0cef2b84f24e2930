using Npgsql;

namespace Forge.Data.Outages;

/// <summary>Tells what befell the database from mistakes of the app.</summary>
public static class DatabaseOutage
{
    /// <summary>True when a request may work later although nothing about it changes: the database is away, silent, full, read-only or on its way down.</summary>
    public static bool Is(Exception? exception) => Describe(exception) is not null;

    /// <summary>The outage behind an exception, as a sentence for callers; null when the exception is about something else.</summary>
    public static string? Describe(Exception? exception) => exception switch
    {
        null => null,
        PostgresException { SqlState: var state } postgres => Describe(state) ?? (postgres.IsTransient ? "The database is too busy." : null),
        NpgsqlOperationInProgressException => null, // a mistake of the app
        NpgsqlException { InnerException: TimeoutException, Message: var message } when message.Contains("pool", StringComparison.Ordinal) => "All connections to the database are in use.",
        NpgsqlException { InnerException: TimeoutException } => "The database does not answer.",
        NpgsqlException { InnerException: PostgresException inner } => Describe(inner),
        NpgsqlException => "The database cannot be reached.",
        _ => Describe(exception.InnerException),
    };

    /// <summary>True when the connection's server, or the session on it, takes no writes: others of the pool may be as useless, for as long as they are open.</summary>
    public static bool IsReadOnly(Exception? exception) =>
        exception is PostgresException { SqlState: PostgresErrorCodes.ReadOnlySqlTransaction } || (exception?.InnerException is { } inner && IsReadOnly(inner));

    private static string? Describe(string state) => state switch
    {
        PostgresErrorCodes.ReadOnlySqlTransaction => "The database takes no writes: it is read-only.",
        PostgresErrorCodes.DiskFull => "The database has no room left on its disk.",
        PostgresErrorCodes.TooManyConnections => "The database takes no more connections.",
        PostgresErrorCodes.QueryCanceled or PostgresErrorCodes.LockNotAvailable => "The database takes too long.",
        _ => state[..2] switch
        {
            "53" => "The database is short of memory or of another resource.",
            "57" => "The database is shutting down or starting.",
            "08" => "The database cannot be reached.",
            "58" => "The database's disk or system fails.",
            "28" or "3D" => "The database refuses this service.",
            _ => null,
        },
    };
}
