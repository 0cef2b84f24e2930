using Npgsql;

namespace Forge.ChaosTests.Host;

/// <summary>What the handlers did, written down where the tests count it.</summary>
internal sealed class EffectTables(NpgsqlDataSource dataSource)
{
    /// <summary>A run has begun; committed at once, so that it counts whatever becomes of the run.</summary>
    public async Task NoteRunAsync(Guid jobId, int attempt, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand("insert into chaos.run (job_id, attempt, process) values (@job_id, @attempt, @process)");
        command.Parameters.Add(new("job_id", jobId));
        command.Parameters.Add(new("attempt", attempt));
        command.Parameters.Add(new("process", Environment.ProcessId));
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>A completion in a transaction did not come about, as when the run no longer owns its job.</summary>
    public async Task NoteRefusalAsync(Guid jobId, Exception reason)
    {
        await using var command = dataSource.CreateCommand("insert into chaos.refusal (job_id, process, reason) values (@job_id, @process, @reason)");
        command.Parameters.Add(new("job_id", jobId));
        command.Parameters.Add(new("process", Environment.ProcessId));
        command.Parameters.Add(new("reason", reason.GetType().Name));
        await command.ExecuteNonQueryAsync(CancellationToken.None);
    }

    public static async Task NoteEffectAsync(Guid jobId, bool isTransactional, NpgsqlConnection connection, NpgsqlTransaction? transaction, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            "insert into chaos.effect (job_id, is_transactional, process) values (@job_id, @is_transactional, @process)", connection, transaction);
        command.Parameters.Add(new("job_id", jobId));
        command.Parameters.Add(new("is_transactional", isTransactional));
        command.Parameters.Add(new("process", Environment.ProcessId));
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
