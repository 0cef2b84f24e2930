using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;

namespace Forge.Jobs.Tests.Dispatch;

/// <summary>A Redis that keeps its connections and refuses commands.</summary>
public sealed class RefusingRedisTests(JobServers servers) : JobTests(servers)
{
    private const string User = "forge";
    private static readonly TimeSpan NoticedWithin = TimeSpan.FromSeconds(15);
    private readonly FakeLogCollector _logs = new();

    public static TheoryData<string, string> Refusals => new()
    {
        { "config set maxmemory 1", "config set maxmemory 0" },
        { "replicaof 127.0.0.1 1", "replicaof no one" },
        { $"acl setuser {User} -rpush", $"acl setuser {User} +rpush" },
        { $"acl setuser {User} -lpop", $"acl setuser {User} +lpop" },
        { $"acl setuser {User} -evalsha -script", $"acl setuser {User} +evalsha +script" },
        { $"acl setuser {User} -publish", $"acl setuser {User} +publish" },
        { $"acl setuser {User} resetkeys ~other:*", $"acl setuser {User} allkeys" },
        { $"acl setuser {User} resetchannels &other:*", $"acl setuser {User} allchannels" },
    };

    [Theory]
    [MemberData(nameof(Refusals))]
    public async Task WhenRedisRefuses_OneLineSaysIt_HealthIsDegraded_JobsGoOn_AndItsEndIsNoticed(string refuse, string allow)
    {
        await using var redis = await RedisProcess.StartAsync();
        await redis.ExecuteAsync("acl", "setuser", User, "on", $">{User}", "allkeys", "allchannels", "+@all");
        await using var worker = await StartAsync(redis);
        await using var enqueuer = await StartAsync(redis, isWorker: false);
        await worker.WaitForAsync(await enqueuer.EnqueueAsync(), JobState.Completed);

        await ExecuteAsync(redis, refuse);
        var job = await worker.WaitForAsync(await enqueuer.EnqueueAsync(), JobState.Completed);
        foreach (var program in new[] { worker, enqueuer })
        {
            await WaitForHealthAsync(program, HealthStatus.Degraded);
        }

        // The poll comes every two seconds; the rest is for a busy machine.
        Assert.InRange(job.StartedAt!.Value - job.CreatedAt, TimeSpan.Zero, TimeSpan.FromSeconds(30));
        var line = Assert.Single(await LinesAsync("RedisRefuses", programs: 2), log => log.Message.Contains("Redis refuses", StringComparison.Ordinal));
        Assert.Contains("+rpush", line.Message, StringComparison.Ordinal);

        await ExecuteAsync(redis, allow);
        foreach (var program in new[] { worker, enqueuer })
        {
            await WaitForHealthAsync(program, HealthStatus.Healthy);
        }

        await worker.WaitForAsync(await enqueuer.EnqueueAsync(), JobState.Completed);
    }

    [Fact]
    public async Task AUserWithTheDocumentedRights_IsEnough()
    {
        await using var redis = await RedisProcess.StartAsync();
        string rights;
        await using (var program = await JobProgram.CreateAsync(Database, builder => redis.Lead(builder)))
        {
            rights = program.Get<RedisStanding>().Rights;
        }

        await redis.ExecuteAsync("acl", ["setuser", User, "on", $">{User}", .. rights.Split(' ')]);
        // With a poll every five minutes nothing but Redis can start a job.
        await using var worker = await StartAsync(redis, poll: TimeSpan.FromMinutes(5));
        await worker.Get<IEnumerable<IHostedService>>().OfType<RedisProbe>().Single().ProbeAsync();

        Assert.Equal(HealthStatus.Healthy, (await HealthOfAsync(worker)).Status);
        Assert.DoesNotContain(_logs.GetSnapshot(), log => log.Level >= LogLevel.Warning);
        for (var job = 0; job < 3; job++)
        {
            await worker.WaitForAsync(await worker.EnqueueAsync(), JobState.Completed);
        }
    }

    [Theory]
    [InlineData("jobs", "{jobs}")]
    [InlineData("{forge:jobs}", "{forge:jobs}")]
    [InlineData("app:{}", "{app:{}}")]
    public void AKeyPrefix_AlwaysKeepsTheKeysInOneSlotOfACluster(string prefix, string used) =>
        Assert.Equal(used, new RedisNames(Microsoft.Extensions.Options.Options.Create(new JobQueueOptions { KeyPrefix = prefix })).Prefix);

    private static Task ExecuteAsync(RedisProcess redis, string command) => redis.ExecuteAsync(command.Split(' ')[0], [.. command.Split(' ')[1..]]);

    private Task<JobProgram> StartAsync(RedisProcess redis, bool isWorker = true, TimeSpan? poll = null) => JobProgram.StartAsync(Database, builder =>
    {
        redis.Lead(builder, User);
        builder.Logging.AddProvider(new FakeLoggerProvider(_logs));
        builder.Services.Configure<JobWorkerOptions>(options =>
        {
            options.FallbackPollInterval = poll ?? TimeSpan.FromSeconds(2);
            options.SweepInterval = TimeSpan.FromMinutes(5);
            if (!isWorker)
            {
                options.Queues.Add("idle");
            }
        });
        builder.Services.Configure<JobQueueOptions>(options => options.Queues.Add("idle"));
    });

    /// <summary>One line of each program; both are told of the same refusals here, so one is as good as the other.</summary>
    private async Task<IEnumerable<FakeLogRecord>> LinesAsync(string name, int programs)
    {
        while (_logs.GetSnapshot().Count(log => log.Id.Name == name) < programs)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(50), Token);
        }

        var lines = _logs.GetSnapshot().Where(log => log.Id.Name == name).ToList();
        Assert.Equal(programs, lines.Count);
        return lines.Take(1);
    }

    private static async Task WaitForHealthAsync(JobProgram program, HealthStatus status)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Token);
        limit.CancelAfter(NoticedWithin);
        while ((await HealthOfAsync(program)).Status != status)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(50), limit.Token);
        }
    }

    private static async Task<HealthReportEntry> HealthOfAsync(JobProgram program) =>
        (await program.Get<HealthCheckService>().CheckHealthAsync(registration => registration.Name == "jobs", Token)).Entries["jobs"];
}
