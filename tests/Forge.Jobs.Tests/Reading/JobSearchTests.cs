using System.Diagnostics;

namespace Forge.Jobs.Tests.Reading;

public sealed class JobSearchTests(JobServers servers) : JobTests(servers)
{
    [Fact]
    public async Task Search_FindsAJobByIdKeyAndTrace_WithinTheFilter()
    {
        await using var program = await JobProgram.StartAsync(Database);
        program.Script.Run = (context, _) => context.Attempt == 1 ? throw new TimeoutException("once") : Task.CompletedTask;
        using var listener = new ActivityListener { ShouldListenTo = _ => true, Sample = (ref _) => ActivitySamplingResult.AllDataAndRecorded };
        ActivitySource.AddActivityListener(listener);
        using var source = new ActivitySource("test");
        Guid id;
        string trace;
        using (var request = source.StartActivity("request")!)
        {
            trace = request.TraceId.ToString();
            id = await program.EnqueueAsync(change: request => request with { Owner = "ann", UniqueKey = "order-17", IdempotencyKey = "click-4" });
        }

        await program.EnqueueAsync(change: request => request with { Owner = "bob" });
        var job = await program.WaitForAsync(id, JobState.Completed);

        foreach (var search in new[] { id.ToString(), "order-17", "click-4", trace, job.Attempts[0].TraceId!, job.Attempts[1].TraceId! })
        {
            Assert.Equal([id], await FindAsync(program, new JobFilter { Search = search }));
            Assert.Equal([id], await FindAsync(program, new JobFilter { Search = search, Owner = "ann", State = JobState.Completed }));
            Assert.Empty(await FindAsync(program, new JobFilter { Search = search, Owner = "bob" }));
            Assert.Empty(await FindAsync(program, new JobFilter { Search = search, State = JobState.Discarded }));
        }

        Assert.Empty(await FindAsync(program, new JobFilter { Search = "order-1" }));
        Assert.Empty(await FindAsync(program, new JobFilter { Search = Guid.NewGuid().ToString() }));
    }

    [Fact]
    public async Task Search_ForAKeyThatLooksLikeAnId_FindsIt()
    {
        await using var program = await JobProgram.CreateAsync(Database);
        var key = Guid.NewGuid().ToString();
        var id = await program.EnqueueAsync(change: request => request with { UniqueKey = key });

        Assert.Equal([id], await FindAsync(program, new JobFilter { Search = key }));
    }

    [Fact]
    public async Task Search_BeyondItsBound_GoesOnFromThere()
    {
        await using var program = await JobProgram.CreateAsync(Database);
        var id = await program.EnqueueAsync(change: request => request with { UniqueKey = "old" });
        await program.Queue.EnqueueManyAsync([.. Enumerable.Range(0, 20_000).Select(_ => JobRequest.For(JobProgram.Kind, new TestPayload()))], Token);

        var first = await program.Reader.ListAsync(new JobFilter { Search = "old" }, cancellationToken: Token);
        var second = await program.Reader.ListAsync(new JobFilter { Search = "old" }, first.Next, cancellationToken: Token);

        Assert.Empty(first.Items);
        Assert.NotNull(first.Next);
        Assert.Equal(id, Assert.Single(second.Items).Id);
        Assert.Equal(id, Assert.Single((await program.Reader.ListAsync(new JobFilter { Search = id.ToString() }, cancellationToken: Token)).Items).Id);
    }

    private static async Task<IEnumerable<Guid>> FindAsync(JobProgram program, JobFilter filter) =>
        (await program.Reader.ListAsync(filter, cancellationToken: Token)).Items.Select(job => job.Id);
}
