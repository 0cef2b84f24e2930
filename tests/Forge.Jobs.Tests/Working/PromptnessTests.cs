using System.Diagnostics;
using Forge.TestServers;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Forge.Jobs.Tests.Working;

/// <summary>
/// How late things may be with the options that a worker has by default. The seconds count in the long form only, since a busy machine has others; the short form
/// sees that a thing comes although no fallback brings it.
/// </summary>
public sealed class PromptnessTests(JobServers servers, ITestOutputHelper output) : JobTests(servers)
{
    private const string OtherQueue = "other";

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task DelayedJobs_StartAtMostASecondLate(bool hasRedis)
    {
        await using var program = await StartAsync(hasRedis, WithoutFallback);
        var delays = Enumerable.Range(0, 12).Select(number => TimeSpan.FromSeconds(1 + (number * 0.37)));
        var ids = await Task.WhenAll(delays.Select(delay => program.EnqueueAsync(change: request => request with { Delay = delay })));

        var late = new List<TimeSpan>();
        foreach (var id in ids)
        {
            var job = await program.WaitForAsync(id, JobState.Completed);
            late.Add(job.StartedAt!.Value - job.RunAt);
        }

        output.WriteLine($"late: {Milliseconds(late)} ms");
        AssertWithin(late, TimeSpan.Zero, TimeSpan.FromSeconds(1));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task FirstRetry_ComesAfterAboutASecond(bool hasRedis)
    {
        await using var program = await StartAsync(hasRedis, WithoutFallback);
        program.Script.Run = (context, _) => context.Attempt == 1 ? throw new FormatException("no") : Task.CompletedTask;
        var ids = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => program.EnqueueAsync()));

        var pauses = new List<TimeSpan>();
        foreach (var id in ids)
        {
            var attempts = (await program.WaitForAsync(id, JobState.Completed)).Attempts;
            pauses.Add(attempts[1].StartedAt - attempts[0].FinishedAt!.Value);
        }

        output.WriteLine($"pauses: {Milliseconds(pauses)} ms");
        AssertWithin(pauses, TimeSpan.FromSeconds(0.85), TimeSpan.FromSeconds(2.1));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task RunningJobs_WhenCancelledByAnotherProgram_StopWithinTwoSeconds(bool hasRedis)
    {
        await using var worker = await StartAsync(hasRedis);
        await using var other = await JobProgram.CreateAsync(Database, builder => Configure(builder, hasRedis));
        worker.Script.Run = (_, token) => Task.Delay(Timeout.Infinite, token);
        var ids = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => other.EnqueueAsync()));
        foreach (var id in ids)
        {
            await other.WaitForAsync(id, JobState.Running);
        }

        var times = new List<TimeSpan>();
        foreach (var id in ids)
        {
            Assert.Equal(new JobChangeResult.Changed(JobState.Running), await other.Control.CancelAsync(id, Token));
            var job = await other.WaitForAsync(id, JobState.Cancelled);
            Assert.Equal("cancelled", Assert.Single(job.Attempts).Outcome);
            times.Add(job.FinishedAt!.Value - job.CancelRequestedAt!.Value);
        }

        output.WriteLine($"cancelled after: {Milliseconds(times)} ms");
        AssertWithin(times, TimeSpan.Zero, TimeSpan.FromSeconds(2));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Pause_WhenItReturns_HoldsTwoBusyWorkers(bool hasRedis)
    {
        await using var first = await StartAsync(hasRedis);
        await using var second = await StartAsync(hasRedis);
        first.Script.Run = second.Script.Run = (_, token) => Task.Delay(TimeSpan.FromSeconds(0.05), token);
        var jobs = Enumerable.Range(0, 4_000).Select(_ => JobRequest.For(JobProgram.Kind, new TestPayload())).ToList();
        var ids = Assert.IsType<EnqueueManyResult.Enqueued>(await first.Queue.EnqueueManyAsync(jobs, Token)).JobIds;
        await first.WaitForAsync(ids[50], JobState.Completed);

        var time = Stopwatch.StartNew();
        await first.Control.PauseQueueAsync("default", Token);
        output.WriteLine($"paused after: {time.Elapsed.TotalMilliseconds:0} ms");
        var begun = await CountBegunAsync();

        // What comes later and through another queue is done; nothing more of this one has begun meanwhile.
        foreach (var id in await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => first.EnqueueAsync(change: request => request with { Queue = OtherQueue }))))
        {
            await first.WaitForAsync(id, JobState.Completed);
        }

        Assert.Equal(begun, await CountBegunAsync());
        Assert.InRange(begun, 50, 3_999);
    }

    private Task<long> CountBegunAsync() => Database.ScalarAsync<long>("select count(*) from jobs.job where queue = 'default' and attempt > 0");

    /// <summary>Neither poll nor sweep comes while a test waits.</summary>
    private static void WithoutFallback(JobWorkerOptions options) => options.FallbackPollInterval = options.SweepInterval = TimeSpan.FromMinutes(5);

    private static void AssertWithin(IEnumerable<TimeSpan> times, TimeSpan least, TimeSpan most) =>
        Assert.All(times, time => Assert.InRange(time, least, LongTests.AreWanted ? most : TimeSpan.MaxValue));

    private Task<JobProgram> StartAsync(bool hasRedis, Action<JobWorkerOptions>? change = null) => JobProgram.StartAsync(Database, builder =>
    {
        Configure(builder, hasRedis);
        builder.Services.Configure(change ?? (_ => { }));
    });

    private static void Configure(HostApplicationBuilder builder, bool hasRedis)
    {
        var defaults = new JobWorkerOptions();
        builder.Services.Configure<JobWorkerOptions>(options =>
        {
            options.LeaseDuration = defaults.LeaseDuration;
            options.HeartbeatInterval = defaults.HeartbeatInterval;
            options.FallbackPollInterval = defaults.FallbackPollInterval;
            options.PromoteInterval = defaults.PromoteInterval;
            options.SweepInterval = defaults.SweepInterval;
        });
        builder.Services.Configure<JobQueueOptions>(options => options.Queues.Add(OtherQueue));
        if (!hasRedis)
        {
            builder.UseUnreachableRedis();
        }
    }

    private static string Milliseconds(IEnumerable<TimeSpan> times) => string.Join(' ', times.Select(time => $"{time.TotalMilliseconds:0}"));
}
