using Microsoft.Extensions.Options;
using Npgsql;

namespace Forge.Jobs;

/// <summary>Deletes finished jobs after their time, with attempts and results, and the rows of workers that are long gone.</summary>
internal sealed class JobPruner(NpgsqlDataSource dataSource, IOptions<JobWorkerOptions> options) : IMaintenance
{
    private const int BatchSize = 1_000;

    public async Task RunOnceAsync(CancellationToken cancellationToken)
    {
        while (await PruneAsync(cancellationToken) == BatchSize)
        {
        }

        await using var command = dataSource.CreateCommand(
            """
            delete from jobs.worker w
            where w.lease_expires_at < now() - interval '1 hour'
              and not exists (select from jobs.job j where j.worker_id = w.id and j.state = 'running')
            """);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private async Task<int> PruneAsync(CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(
            """
            delete from jobs.job
            where id in (
                select id
                from jobs.job
                where finished_at < now() - @retain_finished and state in ('completed', 'cancelled')
                   or finished_at < now() - @retain_discarded and state = 'discarded'
                limit @limit
                for update skip locked)
            """);
        command.Parameters.Add(new("retain_finished", options.Value.RetainFinished));
        command.Parameters.Add(new("retain_discarded", options.Value.RetainDiscarded));
        command.Parameters.Add(new("limit", BatchSize));
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
