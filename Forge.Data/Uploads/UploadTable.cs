using Npgsql;
using NpgsqlTypes;

namespace Forge.Data.Uploads;

/// <summary>The statements on <c>uploads</c>.</summary>
public sealed class UploadTable(NpgsqlDataSource dataSource)
{
    private const int ChunkBytes = 256 * 1024;

    /// <summary>How long the server may take for what is on its way to it, which is more than for any other answer.</summary>
    private static readonly TimeSpan CopyPatience = TimeSpan.FromSeconds(30);

    /// <summary>Stores a file in the caller's transaction, one piece in memory at a time.</summary>
    public static async Task AddAsync(Upload upload, Stream content, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        var connection = transaction.Connection ?? throw new ArgumentException("The transaction is over.", nameof(transaction));
        await using (var insert = new NpgsqlCommand("insert into uploads (id, user_id, job_id, length) values (@id, @user_id, @job_id, @length)", connection, transaction))
        {
            insert.Parameters.Add(new("id", upload.Id));
            insert.Parameters.Add(new("user_id", upload.UserId));
            insert.Parameters.Add(new("job_id", upload.JobId));
            insert.Parameters.Add(new("length", upload.Length));
            await insert.ExecuteNonQueryAsync(cancellationToken);
        }

        var buffer = new byte[ChunkBytes];
        await using var chunks = await connection.BeginBinaryImportAsync("copy upload_chunks (upload_id, position, content) from stdin (format binary)", cancellationToken);
        chunks.Timeout = CopyPatience;
        for (var position = 0; await content.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken) is > 0 and var count; position++)
        {
            await chunks.StartRowAsync(cancellationToken);
            await chunks.WriteAsync(upload.Id, NpgsqlDbType.Uuid, cancellationToken);
            await chunks.WriteAsync(position, NpgsqlDbType.Integer, cancellationToken);
            await chunks.WriteAsync(buffer.AsMemory(0, count), NpgsqlDbType.Bytea, cancellationToken);
        }

        await chunks.CompleteAsync(cancellationToken);
    }

    public async Task<Upload?> FindAsync(Guid id, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand("select id, user_id, job_id, length from uploads where id = @id");
        command.Parameters.Add(new("id", id));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken)
            ? new Upload(reader.GetGuid(0), reader.GetGuid(1), reader.GetGuid(2), reader.GetInt64(3))
            : null;
    }

    /// <summary>The content from its beginning. It holds no connection between reads.</summary>
    public Stream OpenContent(Upload upload)
    {
        ArgumentNullException.ThrowIfNull(upload);
        return new UploadStream(dataSource, upload);
    }

    /// <summary>Deletes the files whose job has been completed for an hour, or is gone. Those of dead letters stay, so that these can be retried.</summary>
    /// <returns>How many.</returns>
    public async Task<int> DeleteUnneededAsync(CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(
            """
            delete from uploads u
            where not exists (
                select from jobs.job j
                where j.id = u.job_id and (j.state <> 'completed' or j.finished_at > now() - interval '1 hour'))
            """);
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
