using Npgsql;

namespace Forge.Jobs.Tests.Enqueuing;

public sealed class AnnounceTests(JobServers servers) : JobTests(servers)
{
    [Fact]
    public async Task Announce_AsksNobody_AndPutsTheJobOnItsList()
    {
        var statements = new StatementLog();
        await using var program = await JobProgram.CreateAsync(Database, builder => statements.AddTo(builder, Database));
        var ids = await EnqueueAndCommitAsync(program, 3);
        var before = statements.Count("");

        await program.Queue.AnnounceAsync(ids, Token);

        Assert.Equal(before, statements.Count(""));
        Assert.Equal(3, await program.CountListedAsync());
    }

    [Fact]
    public async Task Announce_WhenItsCallerIsGoneAndPostgresToo_DoesNotThrow()
    {
        await using var program = await JobProgram.CreateAsync(Database);
        var ids = await EnqueueAndCommitAsync(program, 1);
        await program.Get<NpgsqlDataSource>().DisposeAsync();

        await program.Queue.AnnounceAsync(ids, new CancellationToken(canceled: true));

        Assert.Equal(1, await program.CountListedAsync());
    }

    [Fact]
    public async Task Announce_OfAJobThatIsNotDueOrUnknown_PutsNothingOnAList()
    {
        await using var program = await JobProgram.CreateAsync(Database);
        await using var connection = await Database.Data.OpenConnectionAsync(Token);
        await using var transaction = await connection.BeginTransactionAsync(Token);
        var later = await program.Queue.EnqueueAsync(JobRequest.For(JobProgram.Kind, new TestPayload()) with { Delay = TimeSpan.FromHours(1) }, transaction, Token);
        await transaction.CommitAsync(Token);

        await program.Queue.AnnounceAsync([later.JobId, Guid.NewGuid()], Token);

        Assert.Equal(0, await program.CountListedAsync());
    }

    private async Task<IReadOnlyList<Guid>> EnqueueAndCommitAsync(JobProgram program, int count)
    {
        await using var connection = await Database.Data.OpenConnectionAsync(Token);
        await using var transaction = await connection.BeginTransactionAsync(Token);
        var result = await program.Queue.EnqueueManyAsync([.. Enumerable.Range(0, count).Select(_ => JobRequest.For(JobProgram.Kind, new TestPayload()))], transaction, Token);
        await transaction.CommitAsync(Token);
        return Assert.IsType<EnqueueManyResult.Enqueued>(result).JobIds;
    }
}
