using Forge.TestServers;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Forge.Jobs.Tests.Working;

public sealed class HeartbeatConnectionTests(JobServers servers) : JobTests(servers)
{
    [Fact]
    public async Task Lease_WhenTheHeartbeatsConnectionGoesSilent_IsRenewedInTimeOnAnother()
    {
        await using var door = new PostgresDoor(Database.ConnectionString);
        await using var program = await JobProgram.StartAsync(Database, builder =>
        {
            builder.Services.AddSingleton(_ => NpgsqlDataSource.Create(door.ConnectionString));
            builder.Services.Configure<JobWorkerOptions>(options =>
            {
                options.LeaseDuration = TimeSpan.FromSeconds(12);
                options.HeartbeatInterval = TimeSpan.FromSeconds(3);
            });
        });
        var swallowed = await Database.ScalarAsync<DateTime>("select max(heartbeat_at) from jobs.worker");
        door.SwallowExisting();

        while (!await Database.ScalarAsync<bool>("select heartbeat_at > @swallowed from jobs.worker", new NpgsqlParameter("swallowed", swallowed)))
        {
            Assert.True(await Database.ScalarAsync<bool>("select lease_expires_at > now() from jobs.worker"), "The lease ran out.");
            await Task.Delay(TimeSpan.FromMilliseconds(50), Token);
        }
    }

    [Fact]
    public async Task HandBack_WhoseAnswerIsLost_LetsTheWorkerStartNothingThatOthersMayHave()
    {
        await using var door = new PostgresDoor(Database.ConnectionString);
        await using var program = await JobProgram.CreateAsync(Database, builder => builder.Services.AddSingleton(_ => NpgsqlDataSource.Create(door.ConnectionString)));
        var started = 0;
        program.Script.Run = (_, _) =>
        {
            Interlocked.Increment(ref started);
            return Task.CompletedTask;
        };
        var id = await program.EnqueueAsync();
        var job = await program.ClaimAsync(id);

        door.BreakAtAnswers();
        await Assert.ThrowsAnyAsync<NpgsqlException>(() => program.Get<JobHandBack>().ReturnAsync([job], Token));
        door.LetAnswersThrough();
        while (await Database.ScalarAsync<string>("select state from jobs.job") != "available")
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), Token);
        }

        await using var other = await JobProgram.CreateAsync(Database);
        var others = await other.ClaimAsync(id);
        program.Get<JobSlots>().Fill();
        await program.Get<WorkerHeartbeat>().BeatAsync(Token);

        Assert.Equal(JobState.Completed, await other.FinishAsync(others, AttemptOutcome.Completed, JobState.Completed));
        Assert.Equal((0, 0, 0), (Volatile.Read(ref started), program.Get<RunningJobs>().Count, program.Get<JobBuffer>().All().Count));
    }

    [Fact]
    public async Task HandBack_ThatFails_LetsTheJobStartHereAfterAHeartbeat()
    {
        await using var program = await JobProgram.CreateAsync(Database);
        var id = await program.EnqueueAsync();
        var job = await program.ClaimAsync(id);
        await Database.RefuseFirstAsync(1, "old.state = 'running' and new.state = 'available'");
        await Assert.ThrowsAnyAsync<NpgsqlException>(() => program.Get<JobHandBack>().ReturnAsync([job], Token));

        await program.Get<WorkerHeartbeat>().BeatAsync(Token);

        Assert.Equal(1, (await program.WaitForAsync(id, JobState.Completed)).Attempt);
    }
}
