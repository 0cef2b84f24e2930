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
        await program.Get<WorkerHeartbeat>().BeatAsync(Token);

        var claims = new List<ClaimedJob>();
        while (claims.All(job => job.Id != patient) && claims.Count < 100)
        {
            // Faster than they are claimed.
            await program.EnqueueAsync(change: request => request with { Priority = 0 });
            await program.EnqueueAsync(change: request => request with { Priority = 0 });
            claims.AddRange(await program.Get<JobClaimer>().ClaimAsync(1, Token));
        }

        Assert.InRange(claims.Count, 2, 20);
    }
}
