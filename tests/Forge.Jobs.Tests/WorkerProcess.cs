using System.Diagnostics;

namespace Forge.Jobs.Tests;

/// <summary>A worker as a process of its own, for tests in which it dies. It runs the kinds of the chaos suite's host, and is quick to notice a death.</summary>
internal sealed class WorkerProcess : IDisposable
{
    private readonly Process _process;

    private WorkerProcess(Process process)
    {
        _process = process;
    }

    public static WorkerProcess Start(JobDatabase database, params (string Key, string Value)[] settings)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "Forge.ChaosTests.Host.dll")])
        {
            Environment =
            {
                ["ASPNETCORE_URLS"] = "http://127.0.0.1:0",
                ["Logging__LogLevel__Default"] = "Error",
                ["ConnectionStrings__chaosdb"] = database.ConnectionString,
                ["ConnectionStrings__redis"] = database.RedisConfiguration,
                ["Jobs__KeyPrefix"] = database.KeyPrefix,
                ["Jobs__Worker__LeaseDuration"] = "00:00:02",
                ["Jobs__Worker__HeartbeatInterval"] = "00:00:00.4",
                ["Jobs__Worker__RescueInterval"] = "00:00:00.4",
            },
        };
        foreach (var (key, value) in settings)
        {
            start.Environment[$"Jobs__Worker__{key}"] = value;
        }

        return new WorkerProcess(Process.Start(start)!);
    }

    /// <summary>The tables in which the host's handlers note what they do.</summary>
    public static Task CreateTablesAsync(JobDatabase database) => database.ExecuteAsync(
        """
        create schema chaos;
        create table chaos.run (job_id uuid, attempt integer, process integer, started_at timestamptz default clock_timestamp());
        create table chaos.effect (job_id uuid, is_transactional boolean, process integer);
        """);

    public Task WaitForExitAsync(CancellationToken cancellationToken) => _process.WaitForExitAsync(cancellationToken);

    /// <summary>SIGKILL: nothing of it runs any more when this returns.</summary>
    public void Kill()
    {
        _process.Kill();
        _process.WaitForExit();
    }

    public void Dispose()
    {
        Kill();
        _process.Dispose();
    }
}
