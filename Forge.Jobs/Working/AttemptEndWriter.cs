using Npgsql;
using NpgsqlTypes;

namespace Forge.Jobs;

/// <summary>The statements that store how runs ended. Each row names its lease token, so a run whose job was taken from it changes nothing.</summary>
internal static class AttemptEndWriter
{
    private const int MaxErrorLength = 4_000;

    /// <summary>Stores plain completions. Returns the lease tokens of those that were stored.</summary>
    public static async Task<HashSet<long>> CompleteAsync(IReadOnlyCollection<AttemptEnd> ends, NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(JobSql.Complete, connection);
        command.AddArray("ids", NpgsqlDbType.Uuid, ends, end => end.Job.Id);
        command.AddArray("lease_tokens", NpgsqlDbType.Bigint, ends, end => end.Job.LeaseToken);
        command.AddArray("results", NpgsqlDbType.Jsonb, ends, end => end.ResultJson);
        command.AddArray("trace_ids", NpgsqlDbType.Text, ends, end => end.TraceId);
        await command.PrepareAsync(cancellationToken);
        var stored = new HashSet<long>(ends.Count);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            stored.Add(reader.GetInt64(0));
        }

        return stored;
    }

    /// <summary>Stores ends of any kind. Returns the state that each stored one's job has now, by lease token.</summary>
    public static async Task<Dictionary<long, JobState>> FinishAsync(
        IReadOnlyCollection<AttemptEnd> ends, string worker, NpgsqlConnection connection, NpgsqlTransaction? transaction, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(JobSql.Finish, connection, transaction);
        command.Parameters.Add(new("worker", worker));
        command.AddArray("ids", NpgsqlDbType.Uuid, ends, end => end.Job.Id);
        command.AddArray("lease_tokens", NpgsqlDbType.Bigint, ends, end => end.Job.LeaseToken);
        command.AddArray("outcomes", NpgsqlDbType.Text, ends, end => end.Outcome);
        command.AddArray("states", NpgsqlDbType.Text, ends, end => end.State.ToName());
        command.AddArray("results", NpgsqlDbType.Jsonb, ends, end => end.ResultJson);
        command.AddArray("delays", NpgsqlDbType.Interval, ends, end => end.RetryDelay);
        command.AddArray("attempts", NpgsqlDbType.Integer, ends, end => end.Job.Attempt);
        command.AddArray("started_ats", NpgsqlDbType.TimestampTz, ends, end => end.Job.StartedAt.UtcDateTime);
        command.AddArray("trace_ids", NpgsqlDbType.Text, ends, end => end.TraceId);
        command.AddArray("error_types", NpgsqlDbType.Text, ends, end => end.ErrorType);
        command.AddArray("error_messages", NpgsqlDbType.Text, ends, end => StorableText.Cut(end.ErrorMessage, MaxErrorLength));
        var states = new Dictionary<long, JobState>(ends.Count);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            states.Add(reader.GetInt64(0), JobStateExtensions.Parse(reader.GetString(1)));
        }

        return states;
    }
}
