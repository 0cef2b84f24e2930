using System.Globalization;
using Npgsql;

namespace Forge.Jobs;

internal static class NpgsqlTransactionExtensions
{
    /// <summary>Has Postgres end the transaction, and with it its locks, once it has been idle for longer than <paramref name="limit"/>.</summary>
    /// <remarks>Otherwise a process that freezes in it, or a machine that loses its power and leaves Postgres with a connection nobody answers on, would keep the locks for hours.</remarks>
    public static async Task LimitIdlenessAsync(this NpgsqlTransaction transaction, TimeSpan limit, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("select set_config('idle_in_transaction_session_timeout', @limit, true)", transaction.Connection, transaction);
        command.Parameters.Add(new("limit", string.Create(CultureInfo.InvariantCulture, $"{limit.TotalMilliseconds:0}ms")));
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
