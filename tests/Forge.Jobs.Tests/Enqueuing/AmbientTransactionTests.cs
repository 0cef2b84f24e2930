using System.Transactions;

namespace Forge.Jobs.Tests.Enqueuing;

/// <summary>A call without a transaction of Npgsql commits on its own, whatever becomes of a <see cref="TransactionScope"/> around it.</summary>
public sealed class AmbientTransactionTests(JobServers servers) : JobTests(servers)
{
    [Theory]
    [InlineData("plain")]
    [InlineData("delayed")]
    [InlineData("unique")]
    [InlineData("idempotent")]
    public async Task Enqueue_InAScopeThatIsRolledBack_IsStored(string what)
    {
        await using var program = await JobProgram.CreateAsync(Database);
        using (new TransactionScope(TransactionScopeAsyncFlowOption.Enabled))
        {
            await program.EnqueueAsync(change: request => what switch
            {
                "delayed" => request with { Delay = TimeSpan.FromHours(1) },
                "unique" => request with { UniqueKey = "k" },
                "idempotent" => request with { IdempotencyKey = "k" },
                _ => request,
            });
        }

        Assert.Equal(1, await CountAsync());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("k")]
    public async Task EnqueueMany_InAScopeThatIsRolledBack_IsStored(string? uniqueKey)
    {
        await using var program = await JobProgram.CreateAsync(Database);
        using (new TransactionScope(TransactionScopeAsyncFlowOption.Enabled))
        {
            var request = JobRequest.For(JobProgram.Kind, new TestPayload("a"));
            Assert.IsType<EnqueueManyResult.Enqueued>(await program.Queue.EnqueueManyAsync([request, request with { UniqueKey = uniqueKey }], Token));
        }

        Assert.Equal(2, await CountAsync());
    }

    [Fact]
    public async Task ChangesOfJobsQueuesAndSchedules_InAScopeThatIsRolledBack_Stay()
    {
        await using var program = await JobProgram.CreateAsync(Database);
        var id = await program.EnqueueAsync();
        using (new TransactionScope(TransactionScopeAsyncFlowOption.Enabled))
        {
            await program.Control.CancelAsync(id, Token);
            await program.Control.PauseQueueAsync("default", Token);
            await program.Get<JobSchedules>().PutAsync(new JobScheduleRequest("nightly", "0 0 3 * * ?", JobRequest.For(JobProgram.Kind, new TestPayload("a"))), Token);
        }

        Assert.Equal(JobState.Cancelled, (await program.Reader.FindAsync(id, Token))!.State);
        Assert.True((await program.Reader.FindQueueAsync("default", Token))!.IsPaused);
        Assert.NotNull(await program.Get<JobSchedules>().FindAsync("nightly", Token));
    }

    [Fact]
    public async Task Scope_AroundAnEnqueue_StaysTheCallersAfterwards()
    {
        await using var program = await JobProgram.CreateAsync(Database);
        using var scope = new TransactionScope(TransactionScopeAsyncFlowOption.Enabled);
        var own = Transaction.Current;

        await program.EnqueueAsync(change: request => request with { UniqueKey = "k" });

        Assert.Same(own, Transaction.Current);
    }

    private Task<long> CountAsync() => Database.ScalarAsync<long>("select count(*) from jobs.job");
}
