using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Forge.Jobs.Tests.Scheduling;

public sealed class JobSchedulesTests(JobServers servers) : ScheduleTests(servers)
{
    private const string Versioned = "versioned";

    [Fact]
    public async Task Put_OfANewSchedule_StoresWhatWasAskedFor()
    {
        await using var program = await JobProgram.CreateAsync(Database);

        var created = Assert.IsType<PutScheduleResult.Created>(await PutAsync(program, Request(Nightly) with
        {
            TimeZone = "Europe/Berlin",
            Job = JobRequest.For(JobProgram.Kind, new TestPayload("hello")) with { Owner = "ada", Priority = 2, MaxAttempts = 7 },
        })).Schedule;

        Assert.Equal((Name, JobProgram.Kind, Nightly, "Europe/Berlin", true, "ada"), (created.Name, created.Kind, created.Cron, created.TimeZone, created.IsEnabled, created.Owner));
        Assert.Equal("hello", created.Payload.GetProperty("text").GetString());
        Assert.Equal(3, TimeZoneInfo.ConvertTime(created.NextFireAt!.Value, TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin")).Hour);
        Assert.Equal((null, null, null), (created.LastFireAt, created.LastJobId, created.Error));

        await DelayNextFireAsync("1 second");
        await program.Get<ScheduleFirer>().FireNextAsync([], Token);
        var job = (await program.Reader.FindAsync((await FindAsync(program)).LastJobId!.Value, Token))!;
        Assert.Equal(("ada", 2, 7, "default"), (job.Owner, job.Priority, job.MaxAttempts, job.Queue));
    }

    [Fact]
    public async Task Put_WhenTheRuleChanges_CountsFromNow_AndKeepsTheNextFireOtherwise()
    {
        await using var program = await JobProgram.CreateAsync(Database);
        await PutAsync(program, Request(Nightly));
        await DelayNextFireAsync("3 seconds");
        var due = (await FindAsync(program)).NextFireAt;

        var same = Assert.IsType<PutScheduleResult.Updated>(await PutAsync(program, Request(Nightly))).Schedule;
        var changed = Assert.IsType<PutScheduleResult.Updated>(await PutAsync(program, Request("0 0 4 * * ?"))).Schedule;
        var disabled = Assert.IsType<PutScheduleResult.Updated>(await PutAsync(program, Request(Nightly) with { IsEnabled = false })).Schedule;
        var enabled = Assert.IsType<PutScheduleResult.Updated>(await PutAsync(program, Request(Nightly))).Schedule;

        Assert.Equal(due, same.NextFireAt);
        Assert.True(changed.NextFireAt > changed.UpdatedAt);
        Assert.Equal((null, false), (disabled.NextFireAt, disabled.IsEnabled));
        Assert.True(enabled.NextFireAt > enabled.UpdatedAt);
    }

    [Fact]
    public async Task Put_WhileAWorkerSleeps_WakesIt()
    {
        await using var program = await JobProgram.StartAsync(Database, builder =>
            builder.Services.Configure<JobWorkerOptions>(options => options.SchedulePollInterval = TimeSpan.FromMinutes(1)));
        await using var api = await JobProgram.CreateAsync(Database);
        await PutAsync(api, Request(Nightly));

        await PutAsync(api);

        await WaitForFiresAsync(1, TimeSpan.FromSeconds(30));
    }

    [Theory]
    [InlineData("", Nightly, "UTC", "name")]
    [InlineData("a b", Nightly, "UTC", "name")]
    [InlineData("..", Nightly, "UTC", "name")]
    [InlineData("a\0", Nightly, "UTC", "name")]
    [InlineData(Name, "every day", "UTC", "cron")]
    [InlineData(Name, "0 0 0 1 1 ? 2020", "UTC", "cron")]
    [InlineData(Name, "0 0 0 30 2 ?", "UTC", "cron")]
    [InlineData(Name, Nightly, "Nowhere", "timeZone")]
    public async Task Put_OfWhatIsWrong_NamesTheFieldAndStoresNothing(string name, string cron, string timeZone, string field)
    {
        await using var program = await JobProgram.CreateAsync(Database);

        var invalid = Assert.IsType<PutScheduleResult.Invalid>(await PutAsync(program, Request(cron) with { Name = name, TimeZone = timeZone }));

        Assert.Equal(field, Assert.Single(invalid.Errors).Key);
        Assert.Empty((await program.Get<JobSchedules>().ListAsync(cancellationToken: Token)).Items);
    }

    [Fact]
    public async Task Put_OfAJobThatSaysWhenToRun_Throws()
    {
        await using var program = await JobProgram.CreateAsync(Database);
        var request = Request();

        await Assert.ThrowsAsync<ArgumentException>(() => PutAsync(program, request with { Job = request.Job with { Delay = TimeSpan.FromSeconds(1) } }));
    }

    [Fact]
    public async Task List_GoesPageByPage_AndByOwner()
    {
        await using var program = await JobProgram.CreateAsync(Database);
        var schedules = program.Get<JobSchedules>();
        foreach (var name in new[] { "b", "a", "c" })
        {
            await PutAsync(program, Request(Nightly) with { Name = name, Job = Request().Job with { Owner = name == "b" ? "ada" : "eve" } });
        }

        var first = await schedules.ListAsync(limit: 2, cancellationToken: Token);
        var second = await schedules.ListAsync(after: first.Next, limit: 2, cancellationToken: Token);

        Assert.Equal(["a", "b"], first.Items.Select(schedule => schedule.Name));
        Assert.Equal(("c", null), (Assert.Single(second.Items).Name, second.Next));
        Assert.Equal("b", Assert.Single((await schedules.ListAsync("ada", cancellationToken: Token)).Items).Name);
        Assert.True(await schedules.DeleteAsync("a", Token));
        Assert.False(await schedules.DeleteAsync("a", Token));
    }

    [Fact]
    public async Task RunNow_RunsAlsoWhatIsDisabled_AndLeavesItsTimesAlone()
    {
        await using var program = await JobProgram.StartAsync(Database);
        await PutAsync(program, Request(Nightly) with { IsEnabled = false });

        var enqueued = Assert.IsType<RunScheduleResult.Enqueued>(await program.Get<JobSchedules>().RunNowAsync(Name, Token));

        await program.WaitForAsync(enqueued.JobId, JobState.Completed);
        Assert.Null((await FindAsync(program)).LastFireAt);
        Assert.IsType<RunScheduleResult.NotFound>(await program.Get<JobSchedules>().RunNowAsync("other", Token));
    }

    [Fact]
    public async Task RunNow_WhenTheQueueIsNotKnownAnyMore_SaysSo()
    {
        await using var program = await JobProgram.CreateAsync(Database);
        await PutAsync(program, Request(Nightly));
        await Database.ExecuteAsync("update jobs.schedule set queue = 'gone'");

        var refused = Assert.IsType<RunScheduleResult.NotRunnable>(await program.Get<JobSchedules>().RunNowAsync(Name, Token));

        Assert.Contains("gone", refused.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Fire_WhileTheEarlierJobHoldsTheUniqueKey_IsSkippedAndSaysSo()
    {
        await using var program = await JobProgram.CreateAsync(Database);
        var request = Request();
        await PutAsync(program, request with { Job = request.Job with { UniqueKey = "one" } });
        await DelayNextFireAsync("2 seconds");

        await program.Get<ScheduleFirer>().FireNextAsync([], Token);
        await program.Get<ScheduleFirer>().FireNextAsync([], Token);

        Assert.Equal(1, await Database.ScalarAsync<long>("select count(*) from jobs.job"));
        Assert.Contains("unique key", (await FindAsync(program)).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Fire_WhenThePayloadFitsNoMore_EnqueuesNothingSaysSoAndGoesOn()
    {
        await using var program = await JobProgram.StartAsync(Database);
        await PutAsync(program, Request() with { Name = "healthy" });
        await PutAsync(program);
        await Database.ExecuteAsync("""update jobs.schedule set payload = '{"text":7}' where name = 'nightly'""");
        await Database.ExecuteAsync("delete from jobs.schedule_fire");

        await WaitForFiresAsync(6);
        await program.StopAsync();

        var broken = await FindAsync(program);
        Assert.Contains("text", broken.Error, StringComparison.Ordinal);
        Assert.True(broken.NextFireAt > broken.LastFireAt);
        Assert.Null(broken.LastJobId);
        Assert.NotNull((await program.Get<JobSchedules>().FindAsync("healthy", Token))!.LastJobId);
    }

    [Fact]
    public async Task Fire_OfAnOlderPayload_BringsItForward()
    {
        await using var program = await JobProgram.CreateAsync(Database, builder => builder.Services.AddJobHandler<TestPayload, TestHandler>(Versioned, kind =>
        {
            kind.Version = 2;
            kind.Upcast(from: 1, json => json["text"] = $"{json["words"]}!");
        }));
        await PutAsync(program, Request(Nightly) with { Job = JobRequest.For(Versioned, new TestPayload()) });
        await Database.ExecuteAsync("""update jobs.schedule set version = 1, payload = '{"words":"hello"}', next_fire_at = now() - interval '1 second'""");

        Assert.True(await program.Get<ScheduleFirer>().FireNextAsync([], Token));

        Assert.Equal("2 hello!", await Database.ScalarAsync<string>("select version || ' ' || (payload ->> 'text') from jobs.job"));
    }

    [Fact]
    public async Task Fire_OfAKindThatNobodyKnows_WaitsForAWorkerThatKnowsIt()
    {
        await using var newer = await JobProgram.CreateAsync(Database, builder => builder.Services.AddJobHandler<TestPayload, TestHandler>(Versioned));
        await using var older = await JobProgram.StartAsync(Database);
        await PutAsync(newer, Request(Nightly) with { Job = JobRequest.For(Versioned, new TestPayload()) });
        await DelayNextFireAsync("1 hour");

        // The older one fires another schedule and not this one.
        await PutAsync(older, Request() with { Name = "other" });
        await WaitForFiresAsync(2);
        Assert.Null((await FindAsync(older)).LastFireAt);
        Assert.Contains(Versioned, (await FindAsync(older)).Error, StringComparison.Ordinal);
        var health = (await older.Get<HealthCheckService>().CheckHealthAsync(Token)).Entries["job-worker"];
        Assert.Equal(HealthStatus.Healthy, health.Status);
        Assert.Contains(Name, health.Description, StringComparison.Ordinal);

        await newer.StartAsync();
        await WaitForItsJobAsync(newer);
    }

    private static async Task WaitForItsJobAsync(JobProgram program)
    {
        JobSchedule schedule;
        while ((schedule = await FindAsync(program)).LastJobId is null)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(50), Token);
        }

        await program.WaitForAsync(schedule.LastJobId.Value, JobState.Completed);
    }
}
