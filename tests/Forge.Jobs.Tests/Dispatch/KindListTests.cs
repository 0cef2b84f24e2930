using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;

namespace Forge.Jobs.Tests.Dispatch;

/// <summary>Workers that can run different jobs of one queue. No poll and no sweep comes to the rescue here.</summary>
public sealed class KindListTests(JobServers servers) : JobTests(servers)
{
    private const string Other = "other";
    private const int Jobs = 20;

    [Fact]
    public async Task WorkersWithDifferentKinds_OnOneQueue_EachGetTheirOwnAtOnce()
    {
        await using var first = await JobProgram.StartAsync(Database, WithoutPolls);
        await using var second = await JobProgram.StartAsync(Database, builder =>
        {
            WithoutPolls(builder);
            builder.Services.RemoveAll<JobHandlerRegistration>();
            builder.Services.AddJobHandler<TestPayload, TestHandler>(Other);
        });
        for (var job = 0; job < Jobs; job++)
        {
            var own = await first.EnqueueAsync();
            var others = await second.EnqueueAsync(kind: Other);
            await first.WaitForAsync(own, JobState.Completed);
            await first.WaitForAsync(others, JobState.Completed);
        }
    }

    [Fact]
    public async Task AnOldWorker_LeavesJobsOfANewVersion_ToTheNewOne()
    {
        await using var old = await JobProgram.StartAsync(Database, WithoutPolls);
        await using var @new = await JobProgram.StartAsync(Database, builder =>
        {
            WithoutPolls(builder);
            builder.Services.RemoveAll<JobKind>();
            builder.Services.AddJobKind<TestPayload>(JobProgram.Kind, kind =>
            {
                kind.Version = 2;
                kind.Upcast(1, _ => { });
            });
        });

        for (var job = 0; job < Jobs; job++)
        {
            await old.WaitForAsync(await @new.EnqueueAsync(), JobState.Completed);
            await old.WaitForAsync(await old.EnqueueAsync(), JobState.Completed);
        }
    }

    [Fact]
    public async Task KindsOfOnePriority_ShareAWorker_WhateverTheBacklogOfOneIs()
    {
        await using var program = await JobProgram.CreateAsync(Database, builder =>
        {
            WithoutPolls(builder);
            builder.Services.AddJobHandler<TestPayload, TestHandler>(Other);
            builder.Services.Configure<JobWorkerOptions>(options => options.Concurrency = 4);
        });
        program.Script.Run = (_, token) => Task.Delay(TimeSpan.FromMilliseconds(10), token);
        await program.Queue.EnqueueManyAsync([.. Enumerable.Range(0, 2_000).Select(_ => JobRequest.For(JobProgram.Kind, new TestPayload()))], Token);
        var few = await program.EnqueueAsync(kind: Other);

        await program.StartAsync();

        await program.WaitForAsync(few, JobState.Completed);
        Assert.InRange(await Database.ScalarAsync<long>("select count(*) from jobs.job where state = 'available'"), 1, 2_000);
    }

    private static void WithoutPolls(HostApplicationBuilder builder) =>
        builder.Services.Configure<JobWorkerOptions>(options => options.FallbackPollInterval = options.SweepInterval = TimeSpan.FromMinutes(5));
}
