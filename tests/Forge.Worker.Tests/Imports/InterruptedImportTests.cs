using System.Text;
using Forge.Contracts;
using Forge.Jobs;
using Forge.Worker.Tests.Uploads;
using Npgsql;

namespace Forge.Worker.Tests.Imports;

/// <summary>Imports that end in the middle of their COPY: a trigger holds one of its rows until the test lets it go.</summary>
public sealed class InterruptedImportTests(WorkerSite site) : IClassFixture<WorkerSite>
{
    private const int Rows = 20_000;
    private const int HeldLine = 10_000;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Import_WhoseWorkerIsKilledInTheMiddle_LeavesNothingAndIsDoneOnceByTheNext()
    {
        var id = await UploadAsync();
        await WhileHoldingAsync(async () =>
        {
            using var doomed = WorkerProcess.Start(site.Settings);
            await WaitForCopyAsync();
            doomed.Kill();
        });

        // Postgres notices that nobody is there any more, and undoes what it has.
        await Eventually.IsTrueAsync(async () => await CountCopiesAsync() == 0, "the end of the COPY", Cancellation);
        Assert.Equal(0, await CountRowsAsync(id));
        using var successor = WorkerProcess.Start(site.Settings);
        var job = await site.WaitForAsync(id, JobState.Completed, JobState.Discarded);

        await AssertDoneOnceAsync(job, "rescued", "completed");
    }

    [Fact]
    public async Task Import_WhoseConnectionIsLostInTheMiddle_FailsTheAttemptAndIsDoneOnceByTheNext()
    {
        using var worker = WorkerProcess.Start(site.Settings);
        var id = Guid.Empty;
        await WhileHoldingAsync(async () =>
        {
            id = await UploadAsync();
            await WaitForCopyAsync();
            await using var terminate = site.Database.CreateCommand("select pg_terminate_backend(pid) from pg_stat_progress_copy where datname = current_database()");
            await terminate.ExecuteNonQueryAsync(Cancellation);
        });

        var job = await site.WaitForAsync(id, JobState.Completed, JobState.Discarded);

        await AssertDoneOnceAsync(job, "failed", "completed");
    }

    private async Task<Guid> UploadAsync()
    {
        var csv = new StringBuilder("sold_on,region,product,quantity,unit_price\n");
        for (var row = 0; row < Rows; row++)
        {
            csv.Append("2025-01-31,North,Anvil,2,389.00\n");
        }

        return await site.Services.UploadAsync(
            JobKinds.PipelineImport, upload => new ImportPayload(upload), new MemoryStream(Encoding.UTF8.GetBytes(csv.ToString())), Cancellation);
    }

    /// <summary>Meanwhile a COPY comes as far as the held line.</summary>
    private async Task WhileHoldingAsync(Func<Task> act)
    {
        await using var trigger = site.Database.CreateCommand(
            $"""
            create or replace function hold() returns trigger language plpgsql as $$ begin perform pg_advisory_xact_lock_shared(1); return new; end $$;
            create or replace trigger hold before insert on imported_sales for each row when (new.line = {HeldLine}) execute function hold();
            """);
        await trigger.ExecuteNonQueryAsync(Cancellation);
        await using var connection = await site.Database.OpenConnectionAsync(Cancellation);
        await using var transaction = await connection.BeginTransactionAsync(Cancellation);
        await using var hold = new NpgsqlCommand("select pg_advisory_xact_lock(1)", connection, transaction);
        await hold.ExecuteNonQueryAsync(Cancellation);
        await act();
        await transaction.RollbackAsync(Cancellation);
    }

    private Task WaitForCopyAsync() =>
        Eventually.IsTrueAsync(
            async () => await ScalarAsync(
                "select count(*) from pg_locks where locktype = 'advisory' and objid = 1 and not granted and database = (select oid from pg_database where datname = current_database())") == 1,
            "the held row",
            Cancellation);

    private Task<long> CountCopiesAsync() => ScalarAsync("select count(*) from pg_stat_progress_copy where datname = current_database()");

    private Task<long> CountRowsAsync(Guid jobId) => ScalarAsync($"select count(*) from imported_sales where job_id = '{jobId}'");

    private async Task AssertDoneOnceAsync(JobDetails job, params string[] outcomes)
    {
        Assert.Equal(outcomes, job.Attempts.Select(attempt => attempt.Outcome));
        Assert.Equal(Rows, job.Result!.Value.GetProperty("rows").GetInt32());
        Assert.Equal(Rows, await CountRowsAsync(job.Id));
        Assert.Equal(Rows, await ScalarAsync($"select count(distinct line) from imported_sales where job_id = '{job.Id}'"));
    }

    private async Task<long> ScalarAsync(string sql)
    {
        await using var command = site.Database.CreateCommand(sql);
        return (long)(await command.ExecuteScalarAsync(Cancellation))!;
    }
}
