using Forge.TestServers;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Time.Testing;
using Npgsql;

namespace Forge.Jobs.Tests.Health;

public sealed class JobHealthCheckTests(JobServers servers) : JobTests(servers)
{
    [Fact]
    public async Task Worker_WhenAllIsWell_IsHealthy()
    {
        await using var program = await JobProgram.StartAsync(Database);

        var report = await CheckAsync(program);

        Assert.Equal((HealthStatus.Healthy, HealthStatus.Healthy), (report.Entries["jobs"].Status, report.Entries["job-worker"].Status));
    }

    [Fact]
    public async Task Worker_WhenRedisCannotBeReached_IsDegraded()
    {
        await using var program = await JobProgram.StartAsync(Database, builder => builder.UseUnreachableRedis());

        Assert.Equal(HealthStatus.Degraded, (await CheckAsync(program)).Status);
    }

    [Fact]
    public async Task Worker_WhenItIsAliveButIdle_IsUnhealthyAndSaysWhy()
    {
        await using var program = await CreateIdleAsync();
        await program.EnqueueAsync();
        await Database.ExecuteAsync("update jobs.job set run_at = now() - interval '1 minute'");

        var entry = (await CheckAsync(program)).Entries["job-worker"];

        Assert.Equal(HealthStatus.Unhealthy, entry.Status);
        Assert.Contains("none was claimed", entry.Description, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Worker_WhenItsQueueIsPaused_IsHealthy()
    {
        await using var program = await CreateIdleAsync();
        await program.Control.PauseQueueAsync("default", Token);
        await program.EnqueueAsync();
        await Database.ExecuteAsync("update jobs.job set run_at = now() - interval '1 minute'");

        Assert.Equal(HealthStatus.Healthy, (await CheckAsync(program)).Entries["job-worker"].Status);
    }

    [Theory]
    [InlineData("update jobs.job set kind = 'unheard-of'", "unheard-of v1")]
    [InlineData("update jobs.job set version = 2", "test v2")]
    [InlineData("update jobs.job set version = 0", "test v0")]
    public async Task Worker_WhenJobsOfUnknownKindOrVersionWait_ParksThemAndSaysSo(string change, string parked)
    {
        await using var program = await CreateIdleAsync();
        var id = await program.EnqueueAsync();
        await Database.ExecuteAsync(change);
        await Database.ExecuteAsync("update jobs.job set run_at = now() - interval '1 minute'");

        await program.Get<WorkerHeartbeat>().BeatAsync(Token);
        Assert.Empty(await program.Get<JobClaimer>().ClaimAsync(10, Token));
        await program.Get<JobSweeper>().RunOnceAsync(Token);
        var entry = (await CheckAsync(program)).Entries["job-worker"];

        Assert.Equal((JobState.Available, 0), ((await program.Reader.FindAsync(id, Token))!.State, (await program.Reader.FindAsync(id, Token))!.Attempt));
        Assert.Equal(HealthStatus.Healthy, entry.Status);
        Assert.Contains(parked, entry.Description, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Worker_WhenPostgresCannotBeReached_IsUnhealthy()
    {
        await using var program = await CreateIdleAsync();
        await program.Get<Npgsql.NpgsqlDataSource>().DisposeAsync();

        Assert.Equal(HealthStatus.Unhealthy, (await CheckAsync(program)).Entries["job-worker"].Status);
    }

    [Fact]
    public async Task Worker_WhenPostgresIsReadOnly_IsUnhealthyAndSaysWhy()
    {
        await using var program = await CreateIdleAsync();
        await using var failover = await ReadOnlyFailover.BeginAsync(Database);

        // The first that asks may meet a session that was cut.
        await CheckAsync(program);
        var entry = (await CheckAsync(program)).Entries["job-worker"];

        Assert.Equal(HealthStatus.Unhealthy, entry.Status);
        Assert.Contains("read-only", entry.Description, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Worker_WhenPostgresIsSilent_IsUnhealthySoon()
    {
        await using var door = new PostgresDoor(Database.ConnectionString);
        await using var program = await JobProgram.CreateAsync(Database, builder => builder.Services.AddSingleton(_ => NpgsqlDataSource.Create(door.ConnectionString)));

        door.SwallowAll();

        // Npgsql itself would wait for half a minute.
        var entry = (await CheckAsync(program).WaitAsync(TimeSpan.FromSeconds(15), Token)).Entries["job-worker"];
        Assert.Equal(HealthStatus.Unhealthy, entry.Status);
        Assert.Contains("does not answer", entry.Description, StringComparison.Ordinal);
    }

    /// <summary>Its clockwork does not run, so nothing was claimed for a minute.</summary>
    private async Task<JobProgram> CreateIdleAsync()
    {
        var time = new FakeTimeProvider();
        var program = await JobProgram.CreateAsync(Database, builder => builder.Services.AddSingleton<TimeProvider>(time));
        _ = program.Get<WorkerActivity>();
        time.Advance(TimeSpan.FromMinutes(1));
        return program;
    }

    private static Task<HealthReport> CheckAsync(JobProgram program) => program.Get<HealthCheckService>().CheckHealthAsync(Token);
}
