using Npgsql;

namespace Forge.Jobs;

/// <summary>What a failed statement says about the server, and about what it was to store.</summary>
internal static class PostgresFailure
{
    /// <summary>Postgres cannot hold the value and would refuse it again: a data exception (class 22) such as a number beyond its jsonb, or a limit of the program (54).</summary>
    public static bool IsAboutTheValue(Exception exception) => ClassOf(exception) is "22" or "54";

    /// <summary>One of the rows is refused, and others may not be: for its value, by a constraint (23), or by a trigger (P0).</summary>
    public static bool IsAboutTheRow(Exception exception) => IsAboutTheValue(exception) || ClassOf(exception) is "23" or "P0";

    /// <summary>The server is away, silent, full, read-only, starting or on its way down. That passes, and says nothing about the statement.</summary>
    public static bool IsOutage(NpgsqlException exception) =>
        exception is not PostgresException || exception.IsTransient || IsReadOnly(exception) || ClassOf(exception) is "08" or "53" or "57" or "58" or "28" or "3D";

    /// <summary>Nobody answered in time.</summary>
    public static bool IsSilence(Exception exception) => exception is NpgsqlException { InnerException: TimeoutException };

    /// <summary>The server, or the session, takes no writes. After a failover the other connections of the pool may lead to the same demoted server, and would for as long as they are open.</summary>
    public static bool IsReadOnly(Exception exception) => exception is PostgresException { SqlState: PostgresErrorCodes.ReadOnlySqlTransaction };

    private static string? ClassOf(Exception exception) => exception is PostgresException { SqlState: var state } ? state[..2] : null;
}
