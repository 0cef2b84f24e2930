using Npgsql;
using NpgsqlTypes;

namespace Forge.Jobs;

/// <summary>Writes new jobs to Postgres.</summary>
internal static class JobInserter
{
    /// <summary>Inserts what can be inserted, in order, as one statement. Returns the stored ids with "may run now"; a job whose key is taken is not among them.</summary>
    public static async Task<Dictionary<Guid, bool>> InsertAsync(IReadOnlyCollection<NewJob> jobs, NpgsqlConnection connection, NpgsqlTransaction? transaction, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(JobSql.Insert, connection, transaction);
        AddPlainColumns(command, jobs);
        command.AddArray("run_ats", NpgsqlDbType.TimestampTz, jobs, job => job.Request.RunAt?.UtcDateTime);
        command.AddArray("delays", NpgsqlDbType.Interval, jobs, job => job.Request.Delay);
        command.AddArray("unique_keys", NpgsqlDbType.Text, jobs, job => job.Request.UniqueKey);
        command.AddArray("idempotency_keys", NpgsqlDbType.Text, jobs, job => job.Request.IdempotencyKey);
        command.AddArray("request_hashes", NpgsqlDbType.Bytea, jobs, job => job.RequestHash);
        if (transaction is null)
        {
            // In the caller's transaction it is the caller's connection, on which nothing of ours should stay.
            await command.PrepareAsync(cancellationToken);
        }

        var stored = new Dictionary<Guid, bool>(jobs.Count);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            stored.Add(reader.GetGuid(0), JobStateExtensions.Parse(reader.GetString(1)) is JobState.Available);
        }

        return stored;
    }

    /// <summary>Stores jobs that nothing can stand in the way of and that may run at once, all or none. One round trip, but more work for each row than a copy.</summary>
    public static async Task InsertPlainAsync(IReadOnlyCollection<NewJob> jobs, NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(JobSql.InsertPlain, connection);
        AddPlainColumns(command, jobs);
        await command.PrepareAsync(cancellationToken);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>The same for many jobs: two round trips, and the least work for each row that there is.</summary>
    public static async Task CopyPlainAsync(IReadOnlyCollection<NewJob> jobs, NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var rows = await connection.BeginBinaryImportAsync(JobSql.Copy, cancellationToken);
        foreach (var job in jobs)
        {
            await rows.StartRowAsync(cancellationToken);
            await rows.WriteAsync(job.Id, NpgsqlDbType.Uuid, cancellationToken);
            await rows.WriteAsync(job.Request.Kind, NpgsqlDbType.Text, cancellationToken);
            await rows.WriteAsync(job.Version, NpgsqlDbType.Integer, cancellationToken);
            await rows.WriteAsync(job.Queue, NpgsqlDbType.Text, cancellationToken);
            await rows.WriteAsync((short)job.Request.Priority, NpgsqlDbType.Smallint, cancellationToken);
            await rows.WriteAsync(job.Request.Payload, NpgsqlDbType.Jsonb, cancellationToken);
            await rows.WriteAsync(job.MaxAttempts, NpgsqlDbType.Integer, cancellationToken);
            await rows.WriteAsync(job.IsLimited, NpgsqlDbType.Boolean, cancellationToken);
            await WriteTextAsync(job.Request.Owner);
            await WriteTextAsync(job.TraceParent);
            await WriteTextAsync(job.TraceState);
        }

        await rows.CompleteAsync(cancellationToken);

        Task WriteTextAsync(string? text) => text is null ? rows.WriteNullAsync(cancellationToken) : rows.WriteAsync(text, NpgsqlDbType.Text, cancellationToken);
    }

    /// <summary>Says why a job was not inserted; null when whatever stood in its way is gone by now.</summary>
    public static async Task<EnqueueResult?> FindConflictAsync(NewJob job, NpgsqlConnection connection, NpgsqlTransaction? transaction, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(JobSql.FindConflict, connection, transaction);
        command.Parameters.Add(new("id", job.Id));
        command.Parameters.Add(Value("owner", NpgsqlDbType.Text, job.Request.Owner));
        command.Parameters.Add(Value("unique_key", NpgsqlDbType.Text, job.Request.UniqueKey));
        command.Parameters.Add(Value("idempotency_key", NpgsqlDbType.Text, job.Request.IdempotencyKey));
        command.Parameters.Add(Value("request_hash", NpgsqlDbType.Bytea, job.RequestHash));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        if (!await reader.ReadAsync(cancellationToken))
        {
            return null;
        }

        var id = reader.GetGuid(0);
        return reader.GetString(1) switch
        {
            "same_row" => new EnqueueResult.Enqueued(id),
            "replay" => new EnqueueResult.IdempotencyReplay(id),
            "conflict" => new EnqueueResult.IdempotencyConflict(id),
            _ => new EnqueueResult.UniqueKeyTaken(id),
        };
    }

    private static void AddPlainColumns(NpgsqlCommand command, IReadOnlyCollection<NewJob> jobs)
    {
        command.AddArray("ids", NpgsqlDbType.Uuid, jobs, job => job.Id);
        command.AddArray("kinds", NpgsqlDbType.Text, jobs, job => job.Request.Kind);
        command.AddArray("versions", NpgsqlDbType.Integer, jobs, job => job.Version);
        command.AddArray("queues", NpgsqlDbType.Text, jobs, job => job.Queue);
        command.AddArray("priorities", NpgsqlDbType.Smallint, jobs, job => (short)job.Request.Priority);
        command.AddArray("payloads", NpgsqlDbType.Jsonb, jobs, job => job.Request.Payload);
        command.AddArray("max_attempts", NpgsqlDbType.Integer, jobs, job => job.MaxAttempts);
        command.AddArray("are_limited", NpgsqlDbType.Boolean, jobs, job => job.IsLimited);
        command.AddArray("owners", NpgsqlDbType.Text, jobs, job => job.Request.Owner);
        command.AddArray("traceparents", NpgsqlDbType.Text, jobs, job => job.TraceParent);
        command.AddArray("tracestates", NpgsqlDbType.Text, jobs, job => job.TraceState);
    }

    private static NpgsqlParameter Value(string name, NpgsqlDbType type, object? value) =>
        new(name, type) { Value = value ?? DBNull.Value };
}
