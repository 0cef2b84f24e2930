namespace Forge.Jobs.Tests.Working;

public sealed class JobPriorityTests(JobServers servers) : JobTests(servers)
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ASteadyStreamOfUrgentJobs_StarvesNobody(bool hasRedis)
    {
        await using var program = await JobProgram.CreateAsync(Database, builder =>
        {
            if (!hasRedis)
            {
                builder.UseUnreachableRedis();
            }
        });
        var patient = await program.EnqueueAsync(change: request => request with { Priority = 9 });
        var claims = new List<ClaimedJob>();
        while (claims.All(job => job.Id != patient) && claims.Count < 100)
        {
            // Faster than they are claimed.
            await program.EnqueueAsync(change: request => request with { Priority = 0 });
            await program.EnqueueAsync(change: request => request with { Priority = 0 });
            claims.AddRange(await ClaimAsync(program));
        }

        Assert.InRange(claims.Count, 2, 20);
    }

    /// <summary>Claims one job as the claim loop does: by the lists, and past Redis when the claimer calls for it. The heartbeat is for a slow machine.</summary>
    private static async Task<List<ClaimedJob>> ClaimAsync(JobProgram program)
    {
        await program.Get<WorkerHeartbeat>().BeatAsync(Token);
        var claimer = program.Get<JobClaimer>();
        var claimed = await claimer.ClaimAsync(1, Token);
        return claimer.PollRoom > 0 ? [.. claimed, .. await claimer.PollAsync(claimer.PollRoom, Token)] : claimed;
    }
}
