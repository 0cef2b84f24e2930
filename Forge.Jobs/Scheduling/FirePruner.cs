using Microsoft.Extensions.Options;
using Npgsql;

namespace Forge.Jobs;

/// <summary>Deletes the records of old fires.</summary>
internal sealed class FirePruner(NpgsqlDataSource dataSource, IOptions<JobWorkerOptions> options) : IMaintenance
{
    private const int BatchSize = 5_000;

    public async Task RunOnceAsync(CancellationToken cancellationToken)
    {
        while (await PruneAsync(cancellationToken) == BatchSize)
        {
        }
    }

    private async Task<int> PruneAsync(CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(
            """
            delete from jobs.schedule_fire
            where ctid in (
                select ctid
                from jobs.schedule_fire
                where fired_at < now() - @retain
                limit @limit
                for update skip locked)
            """);
        command.Parameters.Add(new("retain", options.Value.RetainFinished));
        command.Parameters.Add(new("limit", BatchSize));
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
