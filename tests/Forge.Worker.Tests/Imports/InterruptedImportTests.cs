using System.Text;
using Forge.Contracts;
using Forge.Jobs;
using Forge.Worker.Tests.Uploads;
using Npgsql;

namespace Forge.Worker.Tests.Imports;

/// <summary>Imports that end in the middle: a trigger holds one of their rows, or their completion, until the test lets it go.</summary>
public sealed class InterruptedImportTests(WorkerSite site) : IClassFixture<WorkerSite>
{
    private const int Rows = 20_000;
    private const string InTheCopy = "imported_sales for each row when (new.line = 10000)";
    private const string BeforeTheCommit = "jobs.job for each row when (new.state = 'completed')";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(InTheCopy)]
    [InlineData(BeforeTheCommit)]
    public async Task Import_WhoseWorkerIsKilledInTheMiddle_LeavesNothingAndIsDoneOnceByTheNext(string held)
    {
        var id = await UploadAsync();
        await WhileHoldingAsync(held, async () =>
        {
            using var doomed = WorkerProcess.Start(site.Settings);
            await WaitUntilHeldAsync();
            doomed.Kill();
        });

        // Postgres notices that nobody is there any more, and undoes what it has.
        await Eventually.IsTrueAsync(
            async () => await ScalarAsync("select count(*) from pg_locks where mode = 'RowExclusiveLock' and relation = 'imported_sales'::regclass") == 0, "the end of the transaction", Cancellation);
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
        await WhileHoldingAsync(InTheCopy, async () =>
        {
            id = await UploadAsync();
            await WaitUntilHeldAsync();
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

    /// <summary>Meanwhile an import comes as far as what is held.</summary>
    private async Task WhileHoldingAsync(string held, Func<Task> act)
    {
        await using var trigger = site.Database.CreateCommand(
            $"""
            drop function if exists hold cascade;
            create function hold() returns trigger language plpgsql as $$ begin perform pg_advisory_xact_lock_shared(1); return new; end $$;
            create trigger hold before {(held == InTheCopy ? "insert" : "update")} on {held} execute function hold();
            """);
        await trigger.ExecuteNonQueryAsync(Cancellation);
        await using var connection = await site.Database.OpenConnectionAsync(Cancellation);
        await using var transaction = await connection.BeginTransactionAsync(Cancellation);
        await using var hold = new NpgsqlCommand("select pg_advisory_xact_lock(1)", connection, transaction);
        await hold.ExecuteNonQueryAsync(Cancellation);
        await act();
        await transaction.RollbackAsync(Cancellation);
    }

    private Task WaitUntilHeldAsync() =>
        Eventually.IsTrueAsync(
            async () => await ScalarAsync(
                "select count(*) from pg_locks where locktype = 'advisory' and objid = 1 and not granted and database = (select oid from pg_database where datname = current_database())") == 1,
            "what is held",
            Cancellation);

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
