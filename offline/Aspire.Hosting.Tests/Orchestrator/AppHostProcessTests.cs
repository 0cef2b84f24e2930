using System.Net;
using System.Net.Sockets;

namespace Aspire.Hosting.Tests.Orchestrator;

public sealed class AppHostProcessTests : IDisposable
{
    private readonly string _home = Directory.CreateTempSubdirectory("apphost-").FullName;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_home, recursive: true);

    [Fact]
    public async Task AppHost_WhenStarted_SaysFirstWhichHostingRunsAndThenThatAllIsHealthy()
    {
        using var host = new AppHostProcess(_home);
        await host.LineAsync("All resources are healthy", Token);
        Assert.Contains("-p:UseAspire=true", host.Lines.First(), StringComparison.Ordinal);
        Assert.Contains(host.Lines, line => line.StartsWith("  store  tcp://localhost:", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("TERM")]
    [InlineData("INT")]
    public async Task AppHost_WhenAskedToStop_EndsWithCodeZeroAndLeavesNothing(string signal)
    {
        using var host = new AppHostProcess(_home);
        await host.LineAsync("All resources are healthy", Token);
        var children = AppHostProcess.Descendants(host.Id);
        Assert.True(children.Count >= 2);

        await host.SignalAsync(signal, Token);

        Assert.Equal(0, await host.ExitCodeAsync(Token));
        Assert.DoesNotContain(children, IsAlive);
    }

    [Fact]
    public async Task AppHost_WhenKilled_LeavesNoProcess()
    {
        using var host = new AppHostProcess(_home);
        await host.LineAsync("All resources are healthy", Token);
        var children = AppHostProcess.Descendants(host.Id);

        await host.SignalAsync("KILL", Token);
        await host.ExitCodeAsync(Token);

        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Token);
        patience.CancelAfter(TimeSpan.FromSeconds(10));
        while (children.Any(IsAlive))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(50), patience.Token);
        }
    }

    [Fact]
    public async Task GeneratedParameter_WhenStartedAgain_HasTheSameValue()
    {
        string first;
        using (var host = new AppHostProcess(_home))
        {
            first = await host.LineAsync("password ", Token);
            await host.SignalAsync("TERM", Token);
            await host.ExitCodeAsync(Token);
        }

        using var again = new AppHostProcess(_home);
        Assert.Equal(first, await again.LineAsync("password ", Token));
        Assert.Matches("password [A-Za-z0-9]{22}$", first);
    }

    [Theory]
    [InlineData("missing-parameter", "error: Parameter 'token' has no value: set it with 'dotnet user-secrets set Parameters:token <value>")]
    [InlineData("same-name", "error: Cannot add resource of type 'ExecutableResource' with name 'Store'")]
    [InlineData("no-program", "error: ghost failed to start: The program 'no-such-program' was not found.")]
    [InlineData("exits", "error: crasher exited with code 3 before it was healthy")]
    public async Task AppHost_WhenItCannotRun_SaysWhyInOneLineAndLeavesNothing(string fault, string error)
    {
        using var host = new AppHostProcess(_home, "--fault", fault);
        var line = await host.LineAsync("error: ", Token);

        Assert.StartsWith(error, line, StringComparison.Ordinal);
        Assert.Equal(1, await host.ExitCodeAsync(Token));
        Assert.DoesNotContain(host.Lines, other => other.Contains("   at ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task AppHost_WhenAPortIsTaken_NamesPortAndResource()
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var port = ((IPEndPoint)other.LocalEndpoint).Port;

        using var host = new AppHostProcess(_home, "--port", $"{port}");

        var line = await host.LineAsync("error: ", Token);
        Assert.StartsWith($"error: Port {port}, endpoint 'tcp' of resource 'store', is already taken", line, StringComparison.Ordinal);
        Assert.Equal(1, await host.ExitCodeAsync(Token));
    }

    private static bool IsAlive(int processId) => File.Exists($"/proc/{processId}/stat") && !File.ReadAllText($"/proc/{processId}/stat").Contains(") Z ", StringComparison.Ordinal);
}
