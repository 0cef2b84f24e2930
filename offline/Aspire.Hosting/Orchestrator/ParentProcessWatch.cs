using System.Diagnostics;
using System.Runtime.InteropServices;
using Aspire.Hosting.Output;
using Microsoft.Extensions.Hosting;

namespace Aspire.Hosting.Orchestrator;

/// <summary>
/// Stops the application when the <c>dotnet run</c> that started it is gone: killed, it could not pass a signal on, and the person who
/// killed it means the application.
/// </summary>
internal sealed partial class ParentProcessWatch(IHostApplicationLifetime lifetime, ConsoleOutput output, TimeProvider time) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        var parent = GetParentProcessId();
        if (!IsDotnet(parent))
        {
            return;
        }

        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            if (GetParentProcessId() != parent)
            {
                output.WriteLine("The dotnet command that started this application is gone; stopping.");
                lifetime.StopApplication();
                return;
            }
        }
    }

    private static bool IsDotnet(int processId)
    {
        try
        {
            using var process = Process.GetProcessById(processId);
            return process.ProcessName == "dotnet";
        }
        catch (ArgumentException)
        {
            // Gone already: whoever it was, it is not waiting for this one.
            return false;
        }
    }

    [LibraryImport("libc", EntryPoint = "getppid")]
    private static partial int GetParentProcessId();
}
