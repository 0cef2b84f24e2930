using Npgsql;

namespace Forge.Api.Reports;

/// <summary>The statements on <c>reports</c>.</summary>
internal sealed class ReportTable(NpgsqlDataSource dataSource)
{
    /// <summary>Keeps a report; one of the same id is replaced.</summary>
    public async Task SaveAsync(string reportId, StoredReport report, DateTimeOffset expiresAt, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(
            """
            INSERT INTO reports (report_id, content_type, content, expires_at) VALUES ($1, $2, $3, $4)
            ON CONFLICT (report_id) DO UPDATE
            SET content_type = excluded.content_type, content = excluded.content, expires_at = excluded.expires_at
            """);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = reportId });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = report.ContentType });
        command.Parameters.Add(new NpgsqlParameter<byte[]> { TypedValue = report.Content });
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = expiresAt });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    public async Task<StoredReport?> FindAsync(string reportId, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand("SELECT content_type, content FROM reports WHERE report_id = $1 AND expires_at > $2");
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = reportId });
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = now });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken)
            ? new StoredReport(reader.GetString(0), await reader.GetFieldValueAsync<byte[]>(1, cancellationToken))
            : null;
    }

    public async Task<int> DeleteExpiredAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand("DELETE FROM reports WHERE expires_at <= $1");
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = now });
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }
}

internal sealed record StoredReport(string ContentType, byte[] Content);
