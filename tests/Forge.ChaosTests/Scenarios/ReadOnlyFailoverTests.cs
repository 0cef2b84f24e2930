using Npgsql;

namespace Forge.ChaosTests.Scenarios;

public sealed class ReadOnlyFailoverTests(Scorecard scorecard) : Scenario(scorecard)
{
    /// <summary>In the long form for longer than a lease.</summary>
    private static readonly TimeSpan ReadOnlyFor = TimeSpan.FromSeconds(Scale.IsLong ? 15 : 4);

    [Fact]
    public async Task Postgres_ReadOnlyForAWhile_CostsNoJob()
    {
        await using var app = await ChaosApp.StartAsync(RedisServers.Garnet, Token);
        await app.StartApiAsync(Token);
        await StartWorkersAsync(app, untilTheyMayJudge: Scale.IsLong);
        using var client = app.CreateClient();
        using var submitter = new Submitter(client, Scale.Backlog);
        var submitting = submitter.SubmitAsync(Scale.Jobs / 2, Token);
        await submitter.WaitForAnswerAsync(Scale.Jobs / 4, Token);
        await WaitUntilBusyAsync(app, app.Workers[0], 0);

        await using var server = await app.OpenServerAsync(Token);
        var running = await app.Ledger.RunningAsync(Token);
        var demoted = await app.Ledger.NowAsync(Token);
        // The sessions end, and new ones are read-only until it is over. Those that were opened meanwhile stay so.
        await ExecuteAsync(server, "alter database chaosdb set default_transaction_read_only = on");
        await ExecuteAsync(server, "select pg_terminate_backend(pid) from pg_stat_activity where datname = 'chaosdb'");
        // The first half may all be stored by now. These are called for while nothing can be.
        submitting = SubmitMoreAsync(submitting);
        await Eventually.GetAsync(_ => Task.FromResult(submitter.Refused), count => count > 0, "calls that are refused while Postgres is read-only");
        var completed = await Eventually.GetAsync(app.Ledger.CompletedAsync, _ => true, "an answer of a read-only session");
        await Task.Delay(ReadOnlyFor, Token);
        var completedMeanwhile = await app.Ledger.CompletedAsync(Token) - completed;
        await ExecuteAsync(server, "alter database chaosdb reset default_transaction_read_only");

        await submitting;
        await SettleAsync(
            app,
            $"Postgres read-only for {ReadOnlyFor.TotalSeconds:0} s, connections cut",
            submitter,
            () => app.Ledger.StallAsync(demoted, Token),
            $"{running} jobs ran, {submitter.Refused} calls refused");
        Assert.True(running > 0, "Nothing ran when Postgres became read-only.");
        Assert.Equal(0, completedMeanwhile);

        async Task SubmitMoreAsync(Task before)
        {
            await before;
            await submitter.SubmitAsync(Scale.Jobs / 2, Token);
        }
    }

    private static async Task ExecuteAsync(NpgsqlDataSource server, string sql)
    {
        await using var command = server.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(Token);
    }
}
