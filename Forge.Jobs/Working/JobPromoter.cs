using Npgsql;

namespace Forge.Jobs;

/// <summary>Makes due jobs available: scheduled ones whose time has come, and retries whose backoff is over.</summary>
internal sealed class JobPromoter(NpgsqlDataSource dataSource, JobDispatch dispatch) : IMaintenance
{
    private const int BatchSize = 1_000;

    public async Task RunOnceAsync(CancellationToken cancellationToken)
    {
        List<DispatchedJob> due;
        do
        {
            due = await PromoteAsync(cancellationToken);
            if (due.Count > 0)
            {
                // Dying before this leaves available jobs that Redis does not know: the fallback poll and the sweep find them.
                dispatch.Push(due);
                dispatch.AnnounceChanges([.. due.Select(job => job.Id)]);
            }
        }
        while (due.Count == BatchSize);
    }

    private async Task<List<DispatchedJob>> PromoteAsync(CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(JobSql.Promote);
        command.Parameters.Add(new("limit", BatchSize));
        return await DispatchedJobRow.ReadAllAsync(command, cancellationToken);
    }
}
