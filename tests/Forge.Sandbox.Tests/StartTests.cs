using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Forge.Sandbox.Tests;

public sealed class StartTests
{
    [Fact]
    public async Task Start_WhenTheEnvironmentIsProduction_RefusesInOneLine()
    {
        var (exitCode, error) = await RunAsync(("DOTNET_ENVIRONMENT", "Production"));

        Assert.Equal(1, exitCode);
        Assert.StartsWith("The sandbox is for development", error);
        Assert.Single(error.Trim().Split('\n'));
    }

    [Fact]
    public async Task Start_WhenTheSmtpPortIsTaken_SaysWhichAndEnds()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;

        var (exitCode, error) = await RunAsync(("DOTNET_ENVIRONMENT", "Development"), ("Smtp__Port", $"{port}"));

        Assert.NotEqual(0, exitCode);
        Assert.Contains($"Another process has the SMTP port {port}.", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Health_WhenStarted_IsReadyAndLive()
    {
        await using var sandbox = SandboxApp.Start();

        Assert.Equal("Healthy", await sandbox.Http.GetStringAsync("/health", SandboxApp.Cancellation));
        Assert.Equal("Healthy", await sandbox.Http.GetStringAsync("/alive", SandboxApp.Cancellation));
    }

    private static async Task<(int ExitCode, string Error)> RunAsync(params (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "Forge.Sandbox.dll")])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
            Environment = { ["ASPNETCORE_URLS"] = "http://127.0.0.1:0", ["ASPNETCORE_ENVIRONMENT"] = null },
        };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        try
        {
            var error = process.StandardError.ReadToEndAsync(SandboxApp.Cancellation);
            var output = process.StandardOutput.ReadToEndAsync(SandboxApp.Cancellation);
            await process.WaitForExitAsync(SandboxApp.Cancellation).WaitAsync(TimeSpan.FromSeconds(60), SandboxApp.Cancellation);
            return (process.ExitCode, await error + await output);
        }
        finally
        {
            process.Kill(entireProcessTree: true);
        }
    }
}
