using Forge.ChaosTests.Host;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Forge.Jobs.Tests.Working;

/// <summary>Real worker processes that die.</summary>
public sealed class WorkerDeathTests(JobServers servers) : JobTests(servers)
{
    [Fact]
    public async Task JobThatEndsItsWorkers_BecomesADeadLetter_AndTakesNobodyAlong()
    {
        const int Bystanders = 4;
        await WorkerProcess.CreateTablesAsync(Database);
        await using var program = await CreateProgramAsync();
        var killer = await EnqueueAsync(program, EffectKinds.Killer, 500, maxAttempts: 5);
        var bystanders = await Task.WhenAll(Enumerable.Range(0, Bystanders).Select(_ => EnqueueAsync(program, EffectKinds.Outside, 2_000, maxAttempts: 1)));

        while (await Database.ScalarAsync<bool>("select exists (select from jobs.job where state not in ('completed', 'discarded'))"))
        {
            using var worker = WorkerProcess.Start(Database, ("MaxDeaths", "3"));
            await Task.WhenAny(worker.WaitForExitAsync(Token), Database.WaitForEndOfAllAsync());
        }

        foreach (var id in bystanders)
        {
            var job = (await program.Reader.FindAsync(id, Token))!;
            Assert.Equal((JobState.Completed, 1), (job.State, job.Attempt));
            // Two deaths before anybody could know which job it was, and no more.
            Assert.InRange(job.Attempts.Count, 1, 3);
        }

        var dead = (await program.Reader.FindAsync(killer, Token))!;
        Assert.Equal((JobState.Discarded, 0), (dead.State, dead.Attempt));
        Assert.Equal(["rescued", "rescued", "rescued"], dead.Attempts.Select(attempt => attempt.Outcome));
        Assert.Contains("3 times in a row", dead.Attempts[^1].ErrorMessage, StringComparison.Ordinal);
        Assert.True(dead.Attempts[2].StartedAt - dead.Attempts[1].FinishedAt >= TimeSpan.FromSeconds(3.5), "There was no pause after the second death.");
        Assert.Equal(3, await Database.ScalarAsync<long>("select count(*) from chaos.run where job_id = @id", new NpgsqlParameter("id", killer)));
    }

    [Fact]
    public async Task JobsWithOneAttempt_WhoseWorkerIsKilled_AllRunInTheEnd()
    {
        const int Jobs = 1_500;
        await WorkerProcess.CreateTablesAsync(Database);
        await using var program = await CreateProgramAsync();
        var request = JobRequest.For(EffectKinds.Outside, new EffectPayload(10)) with { MaxAttempts = 1 };
        await program.Queue.EnqueueManyAsync([.. Enumerable.Range(0, Jobs).Select(_ => request)], Token);

        using (var worker = WorkerProcess.Start(Database))
        {
            while (await Database.ScalarAsync<long>("select count(*) from jobs.job where state = 'completed'") < Jobs / 4)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(10), Token);
            }

            worker.Kill();
        }

        Assert.True(await Database.ScalarAsync<long>("select count(*) from jobs.job where state = 'running'") > 0, "The worker held nothing when it died.");
        using (WorkerProcess.Start(Database))
        {
            await Database.WaitForEndOfAllAsync();
        }

        Assert.Equal(Jobs, await Database.ScalarAsync<long>("select count(*) from jobs.job where state = 'completed' and attempt = 1"));
        Assert.Equal(Jobs, await Database.ScalarAsync<long>("select count(distinct job_id) from chaos.effect"));
    }

    private Task<JobProgram> CreateProgramAsync() => JobProgram.CreateAsync(Database, builder =>
    {
        builder.Services.AddJobKind<EffectPayload>(EffectKinds.Outside);
        builder.Services.AddJobKind<EffectPayload>(EffectKinds.Killer);
    });

    private static async Task<Guid> EnqueueAsync(JobProgram program, string kind, int milliseconds, int maxAttempts)
    {
        var request = JobRequest.For(kind, new EffectPayload(milliseconds)) with { MaxAttempts = maxAttempts };
        return Assert.IsType<EnqueueResult.Enqueued>(await program.Queue.EnqueueAsync(request, Token)).JobId;
    }
}
