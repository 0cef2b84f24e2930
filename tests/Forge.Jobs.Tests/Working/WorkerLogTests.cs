using Forge.TestServers;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using Npgsql;

namespace Forge.Jobs.Tests.Working;

/// <summary>What a worker says of itself to those who read its log.</summary>
public sealed class WorkerLogTests(JobServers servers) : JobTests(servers)
{
    private static readonly TimeSpan Generous = TimeSpan.FromSeconds(60);
    private readonly FakeLogCollector _log = new();

    [Fact]
    public async Task AWorker_ThatStopsInThePauseAfterAFailedClaim_SaysNothingWorseThanThatTheClaimFailed()
    {
        await using var program = await JobProgram.StartAsync(Database, builder =>
        {
            Collect(builder);
            // So long a pause that the stop falls into it, and no poll in between.
            builder.Services.Configure<JobWorkerOptions>(options => options.FallbackPollInterval = options.SweepInterval = TimeSpan.FromMinutes(5));
        });
        await Database.RefuseFirstAsync(1, "old.state = 'available' and new.state = 'running'");
        await program.EnqueueAsync();
        await WaitForAsync(record => record.Message.StartsWith("Claiming jobs failed", StringComparison.Ordinal));

        await program.StopAsync();

        Assert.Equal(["Claiming jobs failed; trying again after a pause."], Bad.Select(record => record.Message));
    }

    [Fact]
    public async Task AnOutageOfPostgres_IsOneLineWhenItBeginsAndOneWhenItIsOver()
    {
        await using var door = new PostgresDoor(Database.ConnectionString);
        await using var program = await JobProgram.StartAsync(Database, builder =>
        {
            Collect(builder);
            builder.Services.AddSingleton(_ => NpgsqlDataSource.Create(door.ConnectionString));
        });
        await program.WaitForAsync(await program.EnqueueAsync(), JobState.Completed);

        door.Close();
        program.Push(Guid.NewGuid()); // So that a claim fails, too.
        await EventuallyAsync(() => door.Refused > 50, "fifty refused connections");
        Assert.Single(Bad);
        door.Open();
        await WaitForAsync(record => record.Message == "Postgres answers the worker again.");
        await program.StopAsync();

        var told = Assert.Single(Bad);
        Assert.StartsWith("Postgres does not do what the worker asks", told.Message, StringComparison.Ordinal);
        Assert.NotNull(told.Exception);
        Assert.Single(_log.GetSnapshot(), record => record.Message == "Postgres answers the worker again.");
    }

    /// <summary>What the library, the scheduler and the host complain about.</summary>
    private IEnumerable<FakeLogRecord> Bad => _log.GetSnapshot().Where(record => record.Level >= LogLevel.Warning);

    private void Collect(HostApplicationBuilder builder) => builder.Logging.AddProvider(new FakeLoggerProvider(_log));

    private Task WaitForAsync(Func<FakeLogRecord, bool> isAwaited) => EventuallyAsync(() => _log.GetSnapshot().Any(isAwaited), "a line of the log");

    private static async Task EventuallyAsync(Func<bool> isReached, string what)
    {
        var begun = TimeProvider.System.GetTimestamp();
        while (!isReached())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(begun) < Generous, what);
            await Task.Delay(TimeSpan.FromMilliseconds(20), Token);
        }
    }
}
