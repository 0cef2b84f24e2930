using Forge.TestServers;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Forge.Jobs.Tests.Working;

/// <summary>A Postgres that hangs and comes back. It has a server of its own, since the other tests need theirs.</summary>
public sealed class FrozenPostgresTests(JobServers servers) : IAsyncLifetime
{
    private const int JobsPerWorker = 8;
    private readonly PostgresServer _postgres = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => _postgres.InitializeAsync();

    public ValueTask DisposeAsync() => _postgres.DisposeAsync();

    [Fact]
    public async Task RunningJobs_WhenPostgresHangsForLongerThanALease_StayWithTheirWorkers()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Processes are frozen by Linux signals.");
        await using var database = await JobDatabase.CreateAsync(servers, _postgres);
        var goOn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var running = new CountdownEvent(2 * JobsPerWorker);
        await using var first = await StartAsync();
        await using var second = await StartAsync();
        var ids = await Task.WhenAll(Enumerable.Range(0, 2 * JobsPerWorker).Select(_ => first.EnqueueAsync()));
        while (!running.IsSet)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), Token);
        }

        // Both have been there for long enough to judge each other, before and after.
        await WaitForHeartbeatsAsync(TimeSpan.FromSeconds(5));
        for (var round = 0; round < 2; round++)
        {
            using (await FrozenPostgres.FreezeAsync(database.Data, Token))
            {
                await Task.Delay(TimeSpan.FromSeconds(5), Token);
            }

            await WaitForHeartbeatsAsync(TimeSpan.FromSeconds(5));
        }

        Assert.Equal("", await database.ScalarAsync<string>("select coalesce(string_agg(outcome, ' '), '') from jobs.attempt"));
        goOn.SetResult();
        foreach (var id in ids)
        {
            var job = await first.WaitForAsync(id, JobState.Completed);
            Assert.Equal((1, "completed"), (job.Attempt, Assert.Single(job.Attempts).Outcome));
        }

        async Task<JobProgram> StartAsync()
        {
            var program = await JobProgram.StartAsync(database, builder => builder.Services.Configure<JobWorkerOptions>(options => options.Concurrency = JobsPerWorker));
            program.Script.Run = async (_, token) =>
            {
                running.Signal();
                await goOn.Task.WaitAsync(token);
            };
            return program;
        }

        async Task WaitForHeartbeatsAsync(TimeSpan time)
        {
            var until = await database.ScalarAsync<DateTime>("select now() + @time", new NpgsqlParameter("time", time));
            while (!await database.ScalarAsync<bool>("select count(*) = 2 from jobs.worker where heartbeat_at > @until", new NpgsqlParameter("until", until)))
            {
                await Task.Delay(TimeSpan.FromMilliseconds(50), Token);
            }
        }
    }
}
