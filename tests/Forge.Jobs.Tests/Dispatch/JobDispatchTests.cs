using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using StackExchange.Redis;

namespace Forge.Jobs.Tests.Dispatch;

public sealed class JobDispatchTests(JobServers servers) : JobTests(servers)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(0.1);

    [Fact]
    public async Task Dispatch_WhenRedisIsBackAndEmpty_NeedsNoPoll()
    {
        await using var redis = new RedisGate(Database.RedisConfiguration);
        redis.Open();
        await using var worker = await JobProgram.StartAsync(Database, builder =>
        {
            redis.Lead(builder);
            builder.Services.Configure<JobWorkerOptions>(options => options.FallbackPollInterval = options.SweepInterval = TimeSpan.FromMinutes(5));
        });
        await using var enqueuer = await JobProgram.CreateAsync(Database, redis.Lead);
        await worker.WaitForAsync(await enqueuer.EnqueueAsync(), JobState.Completed);

        redis.Close();
        await WaitUntilAsync(worker, isConnected: false);
        await Database.ForgetListsAsync();
        var lost = await enqueuer.EnqueueAsync();

        // The take that meets the outage is followed by one poll, which may still come. It takes everything, so what comes after it stays.
        for (var tries = 0; tries < 40; tries++)
        {
            await Task.Delay(Pause, Token);
            lost = (await enqueuer.Reader.FindAsync(lost, Token))!.State is JobState.Completed ? await enqueuer.EnqueueAsync() : lost;
        }

        redis.Open();
        await WaitUntilAsync(worker, isConnected: true);
        await WaitUntilAsync(enqueuer, isConnected: true);

        // The first nudges may come before the worker listens again.
        var id = await enqueuer.EnqueueAsync();
        for (var tries = 0; tries < 300 && (await enqueuer.Reader.FindAsync(id, Token))!.State is not JobState.Completed; tries++)
        {
            await Task.Delay(Pause, Token);
            await enqueuer.EnqueueAsync();
        }

        Assert.Equal(JobState.Completed, (await enqueuer.Reader.FindAsync(id, Token))!.State);
        Assert.Equal(JobState.Available, (await enqueuer.Reader.FindAsync(lost, Token))!.State);
    }

    [Fact]
    public async Task AProgramThatOnlyEnqueues_LogsEveryOutage_AndItsEnd()
    {
        var logs = new FakeLogCollector();
        await using var redis = new RedisGate(Database.RedisConfiguration);
        redis.Open();
        await using var enqueuer = await JobProgram.CreateAsync(Database, builder =>
        {
            redis.Lead(builder);
            builder.Logging.AddProvider(new FakeLoggerProvider(logs));
        });

        for (var outage = 1; outage <= 2; outage++)
        {
            redis.Close();
            await WaitUntilAsync(enqueuer, isConnected: false);
            await enqueuer.EnqueueAsync();
            await enqueuer.EnqueueAsync();
            redis.Open();
            await WaitUntilAsync(enqueuer, isConnected: true);
            await enqueuer.EnqueueAsync();
            await enqueuer.EnqueueAsync();
        }

        Assert.Equal(
            ["RedisDown", "RedisUp", "RedisDown", "RedisUp"],
            logs.GetSnapshot().Where(log => log.Category == typeof(JobDispatch).FullName).Select(log => log.Id.Name!));
    }

    private static async Task WaitUntilAsync(JobProgram program, bool isConnected)
    {
        var redis = program.Get<IConnectionMultiplexer>();
        for (var tries = 0; tries < 300 && redis.IsConnected != isConnected; tries++)
        {
            await Task.Delay(Pause, Token);
        }

        Assert.Equal(isConnected, redis.IsConnected);
    }
}
