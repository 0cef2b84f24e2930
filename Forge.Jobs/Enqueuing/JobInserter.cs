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
        var parameters = command.Parameters;
        parameters.Add(new("ids", jobs.Select(job => job.Id).ToArray()));
        parameters.Add(new("kinds", jobs.Select(job => job.Request.Kind).ToArray()));
        parameters.Add(new("versions", jobs.Select(job => job.Version).ToArray()));
        parameters.Add(new("queues", jobs.Select(job => job.Queue).ToArray()));
        parameters.Add(new("priorities", jobs.Select(job => (short)job.Request.Priority).ToArray()));
        parameters.Add(Array("payloads", NpgsqlDbType.Jsonb, jobs.Select(job => job.Request.Payload)));
        parameters.Add(new("max_attempts", jobs.Select(job => job.MaxAttempts).ToArray()));
        parameters.Add(Array("run_ats", NpgsqlDbType.TimestampTz, jobs.Select(job => job.Request.RunAt?.UtcDateTime)));
        parameters.Add(Array("delays", NpgsqlDbType.Interval, jobs.Select(job => job.Request.Delay)));
        parameters.Add(Array("owners", NpgsqlDbType.Text, jobs.Select(job => job.Request.Owner)));
        parameters.Add(Array("unique_keys", NpgsqlDbType.Text, jobs.Select(job => job.Request.UniqueKey)));
        parameters.Add(Array("idempotency_keys", NpgsqlDbType.Text, jobs.Select(job => job.Request.IdempotencyKey)));
        parameters.Add(Array("request_hashes", NpgsqlDbType.Bytea, jobs.Select(job => job.RequestHash)));
        parameters.Add(Array("traceparents", NpgsqlDbType.Text, jobs.Select(job => job.TraceParent)));
        parameters.Add(Array("tracestates", NpgsqlDbType.Text, jobs.Select(job => job.TraceState)));

        var stored = new Dictionary<Guid, bool>(jobs.Count);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            stored.Add(reader.GetGuid(0), JobStateExtensions.Parse(reader.GetString(1)) is JobState.Available);
        }

        return stored;
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

    private static NpgsqlParameter Array<T>(string name, NpgsqlDbType type, IEnumerable<T> values) =>
        new(name, NpgsqlDbType.Array | type) { Value = values.ToArray() };

    private static NpgsqlParameter Value(string name, NpgsqlDbType type, object? value) =>
        new(name, type) { Value = value ?? DBNull.Value };
}
