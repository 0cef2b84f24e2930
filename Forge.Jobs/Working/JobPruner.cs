using Microsoft.Extensions.Options;
using Npgsql;

namespace Forge.Jobs;

/// <summary>Deletes finished jobs after their time, with attempts and results, and the rows of workers that are long gone.</summary>
internal sealed class JobPruner(NpgsqlDataSource dataSource, IOptions<JobWorkerOptions> options) : IMaintenance
{
    private const int BatchSize = 1_000;

    /// <summary>Before this time nothing is left but dead letters, which need not be passed over again.</summary>
    private DateTime _prunedTo = DateTime.UnixEpoch;

    public async Task RunOnceAsync(CancellationToken cancellationToken)
    {
        // In the order of an index each, so that no batch looks for its rows among all that are kept.
        await PruneAsync("state = 'discarded'", options.Value.RetainDiscarded, DateTime.UnixEpoch, cancellationToken);
        _prunedTo = await PruneAsync("state in ('completed', 'cancelled')", options.Value.RetainFinished, _prunedTo, cancellationToken);
        await using var command = dataSource.CreateCommand(
            """
            delete from jobs.worker w
            where w.lease_expires_at < now() - interval '1 hour'
              and not exists (select from jobs.job j where j.worker_id = w.id and j.state = 'running')
            """);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Deletes what finished before its time, and returns the time up to which all is deleted.</summary>
    private async Task<DateTime> PruneAsync(string condition, TimeSpan retain, DateTime from, CancellationToken cancellationToken)
    {
        while (true)
        {
            await using var command = dataSource.CreateCommand(
                $"""
                with old as (
                    select id
                    from jobs.job
                    where finished_at >= @from and finished_at < now() - @retain and {condition}
                    order by finished_at
                    limit @limit
                    for update skip locked
                ), deleted as (
                    delete from jobs.job where id = any (array(select id from old)) returning id
                )
                select count(*), now() - @retain from deleted
                """);
            command.Parameters.Add(new("from", from));
            command.Parameters.Add(new("retain", retain));
            command.Parameters.Add(new("limit", BatchSize));
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            await reader.ReadAsync(cancellationToken);
            if (reader.GetInt64(0) < BatchSize)
            {
                // Less an hour, for what is locked now, or has finished in a transaction that is not committed yet.
                var to = reader.GetDateTime(1) - TimeSpan.FromHours(1);
                return to > from ? to : from;
            }
        }
    }
}
