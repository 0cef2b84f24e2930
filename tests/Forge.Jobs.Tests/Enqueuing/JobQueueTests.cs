using System.Text;
using Npgsql;

namespace Forge.Jobs.Tests.Enqueuing;

public sealed class JobQueueTests(JobServers servers) : JobTests(servers)
{
    // Only so that a job that is never answered fails a test and does not hold it.
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private static JobRequest Request => JobRequest.For(JobProgram.Kind, new TestPayload("a"));

    [Fact]
    public async Task Enqueue_OfNothing_IsRefusedByName()
    {
        await using var program = await JobProgram.CreateAsync(Database);

        await Assert.ThrowsAsync<ArgumentNullException>("request", () => program.Queue.EnqueueAsync(null!, Token));
        await Assert.ThrowsAsync<ArgumentNullException>("requests", () => program.Queue.EnqueueManyAsync(null!, Token));
        await Assert.ThrowsAsync<ArgumentException>("requests", () => program.Queue.EnqueueManyAsync([null!], Token));
    }

    [Fact]
    public async Task Enqueue_WhenUniqueKeyIsTaken_ReturnsTheLiveJob()
    {
        await using var program = await JobProgram.CreateAsync(Database);
        var first = await program.EnqueueAsync(change: request => request with { UniqueKey = "k", Owner = "ann" });

        var second = await program.Queue.EnqueueAsync(Request with { UniqueKey = "k", Owner = "ann" }, Token);
        var others = await program.Queue.EnqueueAsync(Request with { UniqueKey = "k", Owner = "bob" }, Token);

        Assert.Equal(new EnqueueResult.UniqueKeyTaken(first), second);
        Assert.IsType<EnqueueResult.Enqueued>(others);
    }

    [Fact]
    public async Task Enqueue_WhenTheHolderOfTheUniqueKeyIsFinished_StoresTheJob()
    {
        await using var program = await JobProgram.CreateAsync(Database);
        var first = await program.EnqueueAsync(change: request => request with { UniqueKey = "k" });
        await program.Control.CancelAsync(first, Token);

        Assert.IsType<EnqueueResult.Enqueued>(await program.Queue.EnqueueAsync(Request with { UniqueKey = "k" }, Token));
    }

    [Fact]
    public async Task Enqueue_WhenManyAskForOneUniqueKeyAtOnce_StoresOne()
    {
        await using var program = await JobProgram.CreateAsync(Database);

        var results = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => program.Queue.EnqueueAsync(Request with { UniqueKey = "k" }, Token)));

        var stored = Assert.Single(results.OfType<EnqueueResult.Enqueued>());
        Assert.All(results.OfType<EnqueueResult.UniqueKeyTaken>(), taken => Assert.Equal(stored.JobId, taken.JobId));
        Assert.Equal(1, await Database.ScalarAsync<long>("select count(*) from jobs.job"));
    }

    [Fact]
    public async Task Enqueue_WhenIdempotencyKeyIsRepeated_ReplaysOrRefuses()
    {
        await using var program = await JobProgram.CreateAsync(Database);
        var keyed = Request with { IdempotencyKey = "k", Owner = "ann" };
        var first = await program.Queue.EnqueueAsync(keyed, Token);

        Assert.Equal(new EnqueueResult.IdempotencyReplay(first.JobId), await program.Queue.EnqueueAsync(keyed, Token));
        Assert.Equal(new EnqueueResult.IdempotencyConflict(first.JobId), await program.Queue.EnqueueAsync(keyed with { Priority = 1 }, Token));
        Assert.IsType<EnqueueResult.Enqueued>(await program.Queue.EnqueueAsync(keyed with { Owner = "bob" }, Token));
    }

    [Fact]
    public async Task Enqueue_WhenTheCallerHashesTheRequest_ItsHashDecides()
    {
        await using var program = await JobProgram.CreateAsync(Database);
        var keyed = Request with { IdempotencyKey = "k", RequestHash = Encoding.UTF8.GetBytes("one") };
        var first = await program.Queue.EnqueueAsync(keyed, Token);

        Assert.Equal(new EnqueueResult.IdempotencyReplay(first.JobId), await program.Queue.EnqueueAsync(keyed with { Priority = 1 }, Token));
        Assert.Equal(new EnqueueResult.IdempotencyConflict(first.JobId), await program.Queue.EnqueueAsync(keyed with { RequestHash = Encoding.UTF8.GetBytes("two") }, Token));
    }

    [Fact]
    public async Task Enqueue_InATransactionThatIsRolledBack_LeavesNothing()
    {
        await using var program = await JobProgram.CreateAsync(Database);
        await using var connection = await Database.Data.OpenConnectionAsync(Token);

        await using (var transaction = await connection.BeginTransactionAsync(Token))
        {
            await program.Queue.EnqueueAsync(Request, transaction, Token);
            await program.Queue.EnqueueManyAsync([Request, Request], transaction, Token);
            await transaction.RollbackAsync(Token);
        }

        Assert.Equal(0, await Database.ScalarAsync<long>("select count(*) from jobs.job"));
    }

    [Fact]
    public async Task Enqueue_InATransactionThatCommits_RunsTheJob()
    {
        await using var program = await JobProgram.StartAsync(Database);
        await using var connection = await Database.Data.OpenConnectionAsync(Token);
        await using var transaction = await connection.BeginTransactionAsync(Token);

        var result = await program.Queue.EnqueueAsync(Request, transaction, Token);
        Assert.Null(await program.Reader.FindAsync(result.JobId, Token));
        await transaction.CommitAsync(Token);
        await program.Queue.AnnounceAsync([result.JobId], Token);

        await program.WaitForAsync(result.JobId, JobState.Completed);
    }

    [Fact]
    public async Task Enqueue_WhenACommittedTransactionIsNotAnnounced_RunsTheJobAllTheSame()
    {
        await using var program = await JobProgram.StartAsync(Database);
        await using var connection = await Database.Data.OpenConnectionAsync(Token);
        await using var transaction = await connection.BeginTransactionAsync(Token);
        var result = await program.Queue.EnqueueAsync(Request, transaction, Token);
        await transaction.CommitAsync(Token);

        await program.WaitForAsync(result.JobId, JobState.Completed);
    }

    [Fact]
    public async Task Enqueue_WhenManyCallAtOnce_SharesCommits()
    {
        await using var program = await JobProgram.CreateAsync(Database);
        await program.EnqueueAsync();

        await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => program.EnqueueAsync()));

        Assert.Equal(201, await Database.ScalarAsync<long>("select count(*) from jobs.job"));
        Assert.InRange(await Database.ScalarAsync<long>("select count(distinct xmin::text) from jobs.job"), 2, 100);
    }

    [Fact]
    public async Task Enqueue_OfManyAtOnce_WhenPostgresRefusesOne_StoresAllOthersOnce()
    {
        await using var program = await JobProgram.CreateAsync(Database);

        // The one goes with others in a statement, which is refused as a whole.
        await Database.ExecuteAsync("alter table jobs.job add check (payload::text not like '%refuse me%')");
        var all = Enumerable.Range(0, 50).Select(number => program.Queue.EnqueueAsync(JobRequest.For(JobProgram.Kind, new TestPayload(number == 25 ? "refuse me" : "")), Token)).ToList();
        await Assert.ThrowsAsync<PostgresException>(() => all[25].WaitAsync(Limit, Token));
        all.RemoveAt(25);

        Assert.All(await Task.WhenAll(all).WaitAsync(Limit, Token), result => Assert.IsType<EnqueueResult.Enqueued>(result));
        Assert.Equal(49, await Database.ScalarAsync<long>("select count(*) from jobs.job"));
    }

    [Fact]
    public async Task Enqueue_WhileAnOpenTransactionHoldsAKey_KeepsOnlyThoseWaitingWhoAskForThatKey()
    {
        await using var program = await JobProgram.CreateAsync(Database);
        await using var connection = await Database.Data.OpenConnectionAsync(Token);
        await using var transaction = await connection.BeginTransactionAsync(Token);
        var holder = await program.Queue.EnqueueAsync(Request with { UniqueKey = "k" }, transaction, Token);

        var same = program.Queue.EnqueueAsync(Request with { UniqueKey = "k" }, Token);
        EnqueueResult[] others = await Task.WhenAll(
            program.Queue.EnqueueAsync(Request, Token),
            program.Queue.EnqueueAsync(Request with { Delay = TimeSpan.FromHours(1) }, Token),
            program.Queue.EnqueueAsync(Request with { UniqueKey = "other" }, Token),
            program.Queue.EnqueueAsync(Request with { IdempotencyKey = "other" }, Token)).WaitAsync(Limit, Token);

        Assert.All(others, other => Assert.IsType<EnqueueResult.Enqueued>(other));
        Assert.False(same.IsCompleted);
        await transaction.CommitAsync(Token);
        Assert.Equal(new EnqueueResult.UniqueKeyTaken(holder.JobId), await same.WaitAsync(Limit, Token));
    }

    [Fact]
    public async Task EnqueueMany_WhenAUniqueKeyIsTaken_StoresNone()
    {
        await using var program = await JobProgram.CreateAsync(Database);
        var holder = await program.EnqueueAsync(change: request => request with { UniqueKey = "k" });

        Assert.Equal(new EnqueueManyResult.UniqueKeyTaken(1, holder), await program.Queue.EnqueueManyAsync([Request, Request with { UniqueKey = "k" }], Token));
        Assert.Equal(
            new EnqueueManyResult.UniqueKeyTaken(1, null),
            await program.Queue.EnqueueManyAsync([Request with { UniqueKey = "n" }, Request with { UniqueKey = "n" }], Token));
        Assert.Equal(1, await Database.ScalarAsync<long>("select count(*) from jobs.job"));
    }

    [Fact]
    public async Task EnqueueMany_WhenRefusedInATransaction_LeavesTheTransactionUsable()
    {
        await using var program = await JobProgram.CreateAsync(Database);
        await program.EnqueueAsync(change: request => request with { UniqueKey = "k" });
        await using var connection = await Database.Data.OpenConnectionAsync(Token);
        await using var transaction = await connection.BeginTransactionAsync(Token);

        Assert.IsType<EnqueueManyResult.UniqueKeyTaken>(await program.Queue.EnqueueManyAsync([Request, Request with { UniqueKey = "k" }], transaction, Token));
        Assert.IsType<EnqueueResult.Enqueued>(await program.Queue.EnqueueAsync(Request, transaction, Token));
        await transaction.CommitAsync(Token);

        Assert.Equal(2, await Database.ScalarAsync<long>("select count(*) from jobs.job"));
    }

    [Fact]
    public async Task EnqueueMany_WhenThereAreThousands_KeepsTheirOrder()
    {
        await using var program = await JobProgram.CreateAsync(Database);

        var result = await program.Queue.EnqueueManyAsync([.. Enumerable.Range(0, 4_500).Select(i => JobRequest.For(JobProgram.Kind, new TestPayload($"{i}")))], Token);

        var ids = Assert.IsType<EnqueueManyResult.Enqueued>(result).JobIds;
        Assert.Equal("4321", await Database.ScalarAsync<string>("select payload->>'text' from jobs.job where id = @id", new NpgsqlParameter("id", ids[4321])));
        Assert.Equal(4_500, await Database.ScalarAsync<long>("select count(*) from jobs.job"));
    }

    [Fact]
    public async Task Enqueue_WhenRedisCannotBeReached_StoresTheJobWithoutDelay()
    {
        await using var program = await JobProgram.CreateAsync(Database, builder => builder.UseUnreachableRedis());
        await program.EnqueueAsync();
        var begun = TimeProvider.System.GetTimestamp();

        await program.EnqueueAsync();

        Assert.InRange(TimeProvider.System.GetElapsedTime(begun), TimeSpan.Zero, TimeSpan.FromSeconds(2));
        Assert.Equal(2, await Database.ScalarAsync<long>("select count(*) from jobs.job where state = 'available'"));
    }

    [Fact]
    public async Task Enqueue_WhenRequestIsWrong_Throws()
    {
        await using var program = await JobProgram.CreateAsync(Database);

        foreach (var request in WrongRequests())
        {
            await Assert.ThrowsAsync<ArgumentException>(() => program.Queue.EnqueueAsync(request, Token));
        }

        await Assert.ThrowsAsync<ArgumentException>(() => program.Queue.EnqueueManyAsync([Request with { IdempotencyKey = "k" }], Token));
    }

    private static List<JobRequest> WrongRequests() =>
    [
        JobRequest.For("unheard-of", new TestPayload()),
        JobRequest.For(JobProgram.Kind, "another payload"),
        Request with { Priority = 10 },
        Request with { Priority = -1 },
        Request with { MaxAttempts = 0 },
        Request with { Queue = "nobody-looks-here" },
        Request with { UniqueKey = "" },
        Request with { IdempotencyKey = new string('k', 201) },
        Request with { UniqueKey = "a\0b" },
        Request with { UniqueKey = "\ud83d" },
        Request with { IdempotencyKey = "\ude00\ud83d" },
        Request with { Delay = TimeSpan.FromSeconds(-1) },
        Request with { Delay = TimeSpan.FromSeconds(1), RunAt = DateTimeOffset.UnixEpoch },
        Request with { RunAt = DateTimeOffset.MaxValue },
    ];
}
