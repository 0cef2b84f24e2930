using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Forge.Jobs.Tests.Working;

public sealed class JobWorkerTests(JobServers servers) : JobTests(servers)
{
    [Fact]
    public async Task Job_WhenHandlerReturns_IsCompletedWithItsResult()
    {
        await using var program = await JobProgram.StartAsync(Database);
        program.Script.Run = (context, _) =>
        {
            context.SetResult(new { Echo = context.Payload.Text });
            return Task.CompletedTask;
        };

        var job = await program.WaitForAsync(await program.EnqueueAsync("hello"), JobState.Completed);

        Assert.Equal("hello", job.Result!.Value.GetProperty("echo").GetString());
        Assert.Equal((1, 100), (job.Attempt, job.Progress));
        var attempt = Assert.Single(job.Attempts);
        Assert.Equal((1, "completed", null), (attempt.Attempt, attempt.Outcome, attempt.ErrorType));
        Assert.NotNull(job.FinishedAt);
    }

    [Fact]
    public async Task Result_OfMoreJsonThanBelongsIntoAJob_FailsTheAttempt()
    {
        await using var program = await JobProgram.StartAsync(Database);
        program.Script.Run = (context, _) =>
        {
            context.SetResult(new string('x', 1024 * 1024));
            return Task.CompletedTask;
        };

        var job = await program.WaitForAsync(await program.EnqueueAsync(change: request => request with { MaxAttempts = 1 }), JobState.Discarded);

        Assert.Contains("1048576", Assert.Single(job.Attempts).ErrorMessage, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Result_WhenItIsAFile_IsStreamedFromPostgres()
    {
        await using var program = await JobProgram.StartAsync(Database);
        var bytes = Encoding.UTF8.GetBytes(new string('x', 300_000));
        program.Script.Run = (context, _) =>
        {
            context.SetResultFile(bytes, "text/plain", "x.txt");
            return Task.CompletedTask;
        };
        var job = await program.WaitForAsync(await program.EnqueueAsync(), JobState.Completed);
        Assert.True(job.HasResultFile);

        var result = Assert.IsType<JobResult.File>(await program.Reader.OpenResultAsync(job.Id, Token));
        await using var file = result.Content;
        using var copy = new MemoryStream();
        await file.Content.CopyToAsync(copy, Token);

        Assert.Equal(("text/plain", "x.txt", bytes.Length), (file.ContentType, file.FileName, (int)file.Length));
        Assert.Equal(bytes, copy.ToArray());
    }

    [Fact]
    public async Task ResultFile_WhoseNameCannotBeStored_FailsItsAttemptAndSaysSo()
    {
        await using var program = await JobProgram.StartAsync(Database);
        program.Script.Run = (context, _) =>
        {
            context.SetResultFile("x"u8.ToArray(), "text/plain", "half of \ud83d");
            return Task.CompletedTask;
        };

        var id = await program.EnqueueAsync(change: request => request with { MaxAttempts = 1 });

        var job = await program.WaitForAsync(id, JobState.Discarded);
        Assert.Contains("name", Assert.Single(job.Attempts).ErrorMessage, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Job_WhenAttemptFails_IsRetriedAfterAboutASecond()
    {
        await using var program = await JobProgram.StartAsync(Database);
        program.Script.Run = (context, _) => context.Attempt == 1 ? throw new FormatException("no") : Task.CompletedTask;

        var job = await program.WaitForAsync(await program.EnqueueAsync(), JobState.Completed);

        Assert.Equal(["failed", "completed"], job.Attempts.Select(attempt => attempt.Outcome));
        Assert.Equal(("System.FormatException", "no"), (job.Attempts[0].ErrorType, job.Attempts[0].ErrorMessage));
        var pause = job.Attempts[1].StartedAt - job.Attempts[0].FinishedAt!.Value;
        Assert.InRange(pause, TimeSpan.FromSeconds(0.85), TimeSpan.FromSeconds(6));
    }

    [Fact]
    public async Task Job_WhenAttemptsAreUsedUp_IsDiscardedWithEveryError()
    {
        await using var program = await JobProgram.StartAsync(Database);
        program.Script.Run = (context, _) => throw new RetryAfterException(TimeSpan.Zero, $"failure {context.Attempt}", new FormatException());

        var job = await program.WaitForAsync(await program.EnqueueAsync(), JobState.Discarded);

        Assert.Equal(["failure 1", "failure 2", "failure 3"], job.Attempts.Select(attempt => attempt.ErrorMessage));
        Assert.All(job.Attempts, attempt => Assert.Equal("System.FormatException", attempt.ErrorType));
    }

    [Fact]
    public async Task Job_WhenItsHandlerAsksForNoPause_WaitsForItsOwnBackoff()
    {
        await using var program = await JobProgram.StartAsync(Database);
        program.Script.Run = (_, _) => throw new RetryAfterException(TimeSpan.Zero, "now, please");

        var attempts = (await program.WaitForAsync(await program.EnqueueAsync(), JobState.Discarded)).Attempts;

        Assert.True(attempts[1].StartedAt - attempts[0].FinishedAt!.Value >= TimeSpan.FromSeconds(0.85));
        Assert.True(attempts[2].StartedAt - attempts[1].FinishedAt!.Value >= TimeSpan.FromSeconds(1.7));
    }

    [Fact]
    public async Task Job_WhenItsHandlerAsksForALongPause_GetsIt()
    {
        await using var program = await JobProgram.StartAsync(Database);
        program.Script.Run = (_, _) => throw new RetryAfterException(TimeSpan.FromHours(1), "later");

        var job = await program.WaitForAsync(await program.EnqueueAsync(), JobState.Retryable);

        Assert.InRange(job.RunAt - job.Attempts[0].FinishedAt!.Value, TimeSpan.FromMinutes(59), TimeSpan.FromMinutes(61));
    }

    [Fact]
    public async Task Job_WhenItsHandlerOrItsServicesFailToBeDisposedOf_IsWhatTheHandlerMadeIt()
    {
        await using var program = await JobProgram.StartAsync(Database, builder =>
        {
            builder.Services.AddScoped<BrokenDisposal>();
            builder.Services.AddJobHandler<TestPayload, BrokenDisposalHandler>("broken");
        });

        var job = await program.WaitForAsync(await program.EnqueueAsync(kind: "broken"), JobState.Completed);

        Assert.Equal("completed", Assert.Single(job.Attempts).Outcome);
    }

    [Fact]
    public async Task Job_ThatTakesThreeSeconds_FinishesWithinTheDefaultGraceOfAStop()
    {
        await using var program = await JobProgram.StartAsync(Database, builder =>
            builder.Services.Configure<JobWorkerOptions>(options => options.StopGrace = new JobWorkerOptions().StopGrace));
        var running = new TaskCompletionSource();
        program.Script.Run = async (_, token) =>
        {
            running.SetResult();
            await Task.Delay(TimeSpan.FromSeconds(3), token);
        };
        var id = await program.EnqueueAsync();
        await running.Task.WaitAsync(TimeSpan.FromSeconds(30), Token);

        await program.StopAsync();

        Assert.Equal(JobState.Completed, (await program.Reader.FindAsync(id, Token))!.State);
    }

    [Fact]
    public async Task Job_WhenHandlerSaysDoNotRetry_IsDiscardedAtOnce()
    {
        await using var program = await JobProgram.StartAsync(Database);
        program.Script.Run = (_, _) => throw new DoNotRetryException("never");

        var job = await program.WaitForAsync(await program.EnqueueAsync(), JobState.Discarded);

        Assert.Equal("never", Assert.Single(job.Attempts).ErrorMessage);
    }

    [Fact]
    public async Task Job_WhenItTakesTooLong_TimesOutAndIsRetried()
    {
        await using var program = await JobProgram.StartAsync(Database, builder =>
            builder.Services.AddJobHandler<TestPayload, TestHandler>("slow", options => options.Timeout = TimeSpan.FromSeconds(0.3)));
        program.Script.Run = (context, token) => context.Attempt == 1 ? Task.Delay(Timeout.Infinite, token) : Task.CompletedTask;

        var result = await program.Queue.EnqueueAsync(JobRequest.For("slow", new TestPayload()), Token);
        var job = await program.WaitForAsync(result.JobId, JobState.Completed);

        Assert.Equal(["timed_out", "completed"], job.Attempts.Select(attempt => attempt.Outcome));
        Assert.Equal("System.TimeoutException", job.Attempts[0].ErrorType);
    }

    [Fact]
    public async Task Progress_WhenReported_IsSeenByFollowers()
    {
        await using var program = await JobProgram.StartAsync(Database);
        var goOn = new TaskCompletionSource();
        program.Script.Run = async (context, token) =>
        {
            await context.ReportProgressAsync(40, "on the way", token);
            await goOn.Task.WaitAsync(token);
        };
        var id = await program.EnqueueAsync();

        var states = new List<JobState>();
        await foreach (var snapshot in program.Reader.FollowAsync(id, Token))
        {
            states.Add(snapshot.State);
            if (snapshot.Progress == 40)
            {
                Assert.Equal("on the way", snapshot.Message);
                goOn.SetResult();
            }
        }

        Assert.Equal(JobState.Completed, states[^1]);
    }

    [Fact]
    public async Task ScheduledJob_WhenItsTimeComes_Runs()
    {
        await using var program = await JobProgram.StartAsync(Database);

        var id = await program.EnqueueAsync(change: request => request with { Delay = TimeSpan.FromSeconds(1) });
        Assert.Equal(JobState.Scheduled, (await program.Reader.FindAsync(id, Token))!.State);
        var job = await program.WaitForAsync(id, JobState.Completed);

        Assert.InRange(job.StartedAt!.Value - job.RunAt, TimeSpan.Zero, TimeSpan.FromSeconds(3));
    }

    [Fact]
    public async Task Jobs_WhenRedisForgetsItsLists_AllRun()
    {
        await using var enqueuer = await JobProgram.CreateAsync(Database);
        var result = await enqueuer.Queue.EnqueueManyAsync([.. Enumerable.Range(0, 300).Select(_ => JobRequest.For(JobProgram.Kind, new TestPayload()))], Token);
        var ids = Assert.IsType<EnqueueManyResult.Enqueued>(result).JobIds;
        await Database.ForgetListsAsync();

        await using var worker = await JobProgram.StartAsync(Database);
        foreach (var id in ids)
        {
            Assert.Equal(1, (await worker.WaitForAsync(id, JobState.Completed)).Attempt);
        }
    }

    [Fact]
    public async Task Jobs_WhenRedisCannotBeReached_RunByTheFallbackPoll()
    {
        await using var program = await JobProgram.StartAsync(Database, builder => builder.UseUnreachableRedis());

        var job = await program.WaitForAsync(await program.EnqueueAsync(), JobState.Completed);

        Assert.Equal(1, job.Attempt);
    }

    [Fact]
    public async Task Job_WhenItsWorkerStops_IsHandedBackWithoutUsingAnAttempt()
    {
        await using var first = await JobProgram.StartAsync(Database);
        var running = new TaskCompletionSource();
        first.Script.Run = (_, token) =>
        {
            running.SetResult();
            return Task.Delay(Timeout.Infinite, token);
        };
        var id = await first.EnqueueAsync();
        await running.Task.WaitAsync(TimeSpan.FromSeconds(30), Token);

        await first.StopAsync();
        var handedBack = (await first.Reader.FindAsync(id, Token))!;
        Assert.Equal((JobState.Available, 0), (handedBack.State, handedBack.Attempt));

        await using var second = await JobProgram.StartAsync(Database);
        var job = await second.WaitForAsync(id, JobState.Completed);
        Assert.Equal([(1, "handed_back"), (1, "completed")], job.Attempts.Select(attempt => (attempt.Attempt, attempt.Outcome!)));
    }

    [Fact]
    public async Task Job_WhenItsHandlerThrowsBecauseItsWorkerStops_IsHandedBackWithTheError()
    {
        await using var program = await JobProgram.StartAsync(Database);
        var running = new TaskCompletionSource();
        program.Script.Run = async (_, token) =>
        {
            running.SetResult();
            await Task.Delay(Timeout.Infinite, token).ContinueWith(_ => { }, TaskScheduler.Default);
            throw new DoNotRetryException("broken off", new FormatException());
        };
        var id = await program.EnqueueAsync(change: request => request with { MaxAttempts = 1 });
        await running.Task.WaitAsync(TimeSpan.FromSeconds(30), Token);

        await program.StopAsync();

        var job = (await program.Reader.FindAsync(id, Token))!;
        Assert.Equal((JobState.Available, 0), (job.State, job.Attempt));
        var attempt = Assert.Single(job.Attempts);
        Assert.Equal(("handed_back", "System.FormatException", "broken off"), (attempt.Outcome, attempt.ErrorType, attempt.ErrorMessage));
    }

    [Fact]
    public async Task Job_WhenItsWorkerStopsAndItCanFinishInTime_Finishes()
    {
        await using var program = await JobProgram.StartAsync(Database);
        var running = new TaskCompletionSource();
        program.Script.Run = async (_, token) =>
        {
            running.SetResult();
            await Task.Delay(TimeSpan.FromSeconds(0.2), token);
        };
        var id = await program.EnqueueAsync();
        await running.Task.WaitAsync(TimeSpan.FromSeconds(30), Token);

        await program.StopAsync();

        Assert.Equal(JobState.Completed, (await program.Reader.FindAsync(id, Token))!.State);
    }

    [Fact]
    public async Task Stop_WhenAClaimHangs_HandsBackAndSignsOffInTime()
    {
        await using var program = await JobProgram.StartAsync(Database, builder => builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(6)));
        var running = new TaskCompletionSource();
        program.Script.Run = (_, token) =>
        {
            running.SetResult();
            return Task.Delay(Timeout.Infinite, token);
        };
        var id = await program.EnqueueAsync();
        await running.Task.WaitAsync(TimeSpan.FromSeconds(30), Token);

        // From here on a claim hangs until the test lets go.
        Task stop;
        await using (await Database.HoldUpAsync("update on jobs.job", "old.state = 'available' and new.state = 'running'"))
        {
            await program.EnqueueAsync();
            await Database.WaitForWaiterAsync();
            stop = program.StopAsync();
            await Task.WhenAny(stop, Task.Delay(TimeSpan.FromSeconds(20), Token));
        }

        await Task.WhenAny(stop);
        var job = await Database.ScalarAsync<string>("select state || ' ' || attempt from jobs.job where id = @id", new NpgsqlParameter("id", id));
        Assert.Equal("available 0", job);
        Assert.True(await Database.ScalarAsync<bool>("select lease_expires_at <= now() from jobs.worker"));
    }

    [Fact]
    public async Task Start_WhenTheStopDoesNotFitIntoTheHostsShutdownTimeout_Fails()
    {
        var failure = await Assert.ThrowsAsync<OptionsValidationException>(() => JobProgram.StartAsync(Database, builder =>
        {
            builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(10));
            builder.Services.Configure<JobWorkerOptions>(options => options.StopGrace = TimeSpan.FromSeconds(9.5));
        }));

        Assert.Contains("HostOptions.ShutdownTimeout", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_WithAQueueThatNoJobCanBeIn_Fails_AndSaysWhichThereAre()
    {
        var failure = await Assert.ThrowsAsync<OptionsValidationException>(() => JobProgram.StartAsync(Database, builder =>
            builder.Services.Configure<JobWorkerOptions>(options => options.Queues.Add("defualt"))));

        Assert.Contains("'defualt'", failure.Message, StringComparison.Ordinal);
        Assert.Contains("knows are default", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Job_WhenPayloadCannotBeRead_IsDiscardedAtOnce()
    {
        await using var program = await JobProgram.CreateAsync(Database);
        var id = await program.EnqueueAsync();
        await Database.ExecuteAsync("""update jobs.job set payload = '{"text": {"not": "a text"}}'""");

        await program.StartAsync();
        var job = await program.WaitForAsync(id, JobState.Discarded);

        Assert.Equal("System.Text.Json.JsonException", Assert.Single(job.Attempts).ErrorType);
    }

    [Fact]
    public async Task Jobs_WhenSeveralWorkersShareThem_RunOnceEach()
    {
        await using var first = await JobProgram.StartAsync(Database);
        await using var second = await JobProgram.StartAsync(Database);
        await Database.ExecuteAsync("create table runs (job_id uuid)");
        Task Count(JobContext<TestPayload> context, CancellationToken token) => Database.ExecuteAsync("insert into runs values (@id)", new NpgsqlParameter("id", context.JobId));
        first.Script.Run = Count;
        second.Script.Run = Count;

        var ids = await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => first.EnqueueAsync()));
        foreach (var id in ids)
        {
            await first.WaitForAsync(id, JobState.Completed);
        }

        Assert.Equal((200L, 200L), (await Database.ScalarAsync<long>("select count(*) from runs"), await Database.ScalarAsync<long>("select count(distinct job_id) from runs")));
    }

    private sealed class BrokenDisposal : IDisposable
    {
        public void Dispose() => throw new FormatException("The scope's service cannot be disposed of.");
    }

#pragma warning disable CS9113, CA1812 // The service is only there to be disposed of; the container creates the handler.
    private sealed class BrokenDisposalHandler(BrokenDisposal service) : IJobHandler<TestPayload>, IDisposable
#pragma warning restore CS9113, CA1812
    {
        public Task HandleAsync(JobContext<TestPayload> context, CancellationToken cancellationToken) => Task.CompletedTask;

        public void Dispose() => throw new FormatException("The handler cannot be disposed of.");
    }
}
