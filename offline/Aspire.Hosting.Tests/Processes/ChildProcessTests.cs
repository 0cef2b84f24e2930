using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Aspire.Hosting.Processes;

namespace Aspire.Hosting.Tests.Processes;

public sealed class ChildProcessTests
{
    private readonly ConcurrentQueue<(string Text, bool IsError)> _lines = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Exited_WhenTheProcessEnds_HasItsCodeAfterAllOfItsOutput()
    {
        var child = Shell("for i in 1 2 3; do echo line $i; done; echo wrong >&2; printf 'no line end'; exit 7");

        Assert.Equal(7, await child.Exited.WaitAsync(TimeSpan.FromSeconds(10), Cancellation));
        Assert.Equal(["line 1", "line 2", "line 3", "no line end"], _lines.Where(line => !line.IsError).Select(line => line.Text));
        Assert.Equal(["wrong"], _lines.Where(line => line.IsError).Select(line => line.Text));
    }

    [Fact]
    public async Task Exited_WhenTheProcessDiesByASignal_Is128AndTheSignal()
    {
        var child = Shell("kill -9 $$");

        Assert.Equal(137, await child.Exited.WaitAsync(TimeSpan.FromSeconds(10), Cancellation));
    }

    [Fact]
    public async Task Exited_WhenTheProcessLeavesOthersBehind_TheyEndWithIt()
    {
        var child = Shell("sleep 600 & echo $!");

        Assert.Equal(0, await child.Exited.WaitAsync(TimeSpan.FromSeconds(10), Cancellation));
        await WaitForEndAsync(int.Parse(_lines.Single().Text, CultureInfo.InvariantCulture));
    }

    [Fact]
    public async Task Start_GivesTheProcessASessionOfItsOwnAndItsFinalId()
    {
        var child = Shell("echo $$; cut -d' ' -f6 /proc/$$/stat");
        await child.Exited.WaitAsync(TimeSpan.FromSeconds(10), Cancellation);

        var id = child.Id.ToString(CultureInfo.InvariantCulture);
        Assert.Equal([id, id], _lines.Select(line => line.Text));
    }

    [Fact]
    public async Task Start_HandsTheWholeEnvironmentOn()
    {
        var child = Start(new ProcessSpec
        {
            FileName = "env",
            WorkingDirectory = Path.GetTempPath(),
            Environment = new Dictionary<string, string?>
            {
                ["Logging__LogLevel__Microsoft.AspNetCore"] = "Warning",
                ["ConnectionStrings__a"] = "b=c;d= e",
                ["HOME"] = null,
            },
        });
        await child.Exited.WaitAsync(TimeSpan.FromSeconds(10), Cancellation);

        var lines = _lines.Select(line => line.Text).ToList();
        Assert.Contains("Logging__LogLevel__Microsoft.AspNetCore=Warning", lines);
        Assert.Contains("ConnectionStrings__a=b=c;d= e", lines);
        Assert.DoesNotContain(lines, line => line.StartsWith("HOME=", StringComparison.Ordinal));
    }

    [Fact]
    public async Task StopAsync_WhenTheProcessHeedsTheSignal_ReturnsItsCode()
    {
        var child = Shell("trap 'echo bye; exit 3' TERM; echo ready; while :; do sleep 0.05; done");
        await WaitForLineAsync("ready");

        Assert.Equal(3, await child.StopAsync(TimeSpan.FromSeconds(10)));
        Assert.Contains(_lines, line => line.Text == "bye");
    }

    [Fact]
    public async Task StopAsync_WhenTheProcessIgnoresTheSignal_KillsItAfterTheGrace()
    {
        var child = Shell("trap '' TERM; echo ready; while :; do sleep 0.05; done");
        await WaitForLineAsync("ready");

        Assert.Equal(137, await child.StopAsync(TimeSpan.FromMilliseconds(200)).WaitAsync(TimeSpan.FromSeconds(10), Cancellation));
        await WaitForEndAsync(child.Id);
    }

    [Fact]
    public async Task StopAsync_WhenTheProcessHasEnded_ReturnsItsCode()
    {
        var child = Shell("exit 4");
        await child.Exited.WaitAsync(TimeSpan.FromSeconds(10), Cancellation);

        Assert.Equal(4, await child.StopAsync(TimeSpan.FromSeconds(10)));
    }

    [Fact]
    public void Start_WhenTheProgramIsMissing_SaysSoInOneLine()
    {
        var exception = Assert.Throws<DistributedApplicationException>(() => Start(new ProcessSpec { FileName = "no-such-program", WorkingDirectory = "/" }));

        Assert.Equal("The program 'no-such-program' was not found. Install it, or check the PATH.", exception.Message);
    }

    [Fact]
    public void Start_WhenTheFolderIsMissing_SaysSoInOneLine()
    {
        var exception = Assert.Throws<DistributedApplicationException>(() => Start(new ProcessSpec { FileName = "env", WorkingDirectory = "/no/such/folder" }));

        Assert.Equal("'env' cannot start: its folder /no/such/folder does not exist.", exception.Message);
    }

    [Fact]
    public async Task Start_WhenRootNamesAUser_RunsAsThatUser()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "Only root can start processes as another user.");

        var child = Start(new ProcessSpec { FileName = "id", Arguments = ["-un"], WorkingDirectory = "/", RunAsUser = "nobody" });
        await child.Exited.WaitAsync(TimeSpan.FromSeconds(10), Cancellation);

        Assert.Equal("nobody", _lines.Single().Text);
    }

    [Fact]
    public async Task Start_WhenThisProcessIsKilled_TheChildEndsToo()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only Linux sends a signal at the death of the parent.");

        using var parent = Process.Start(new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "Aspire.Hosting.Tests.Parent.dll"), "sh", "-c", "trap '' TERM INT HUP; while :; do sleep 0.05; done"])
        {
            RedirectStandardOutput = true,
        })!;
        var childId = int.Parse((await parent.StandardOutput.ReadLineAsync(Cancellation))!, CultureInfo.InvariantCulture);
        Assert.True(IsAlive(childId));

        parent.Kill();

        await WaitForEndAsync(childId);
    }

    [Fact]
    public async Task Start_FromAThreadThatEnds_TheChildLivesOn()
    {
        ChildProcess? child = null;
        var thread = new Thread(() => child = Shell("echo ready; read -t 600 line || sleep 600"));
        thread.Start();
        thread.Join();
        await WaitForLineAsync("ready");

        await Task.Delay(TimeSpan.FromMilliseconds(200), Cancellation);

        Assert.True(IsAlive(child!.Id));
        Assert.Equal(143, await child.StopAsync(TimeSpan.FromSeconds(10)));
    }

    private ChildProcess Shell(string script) => Start(new ProcessSpec { FileName = "sh", Arguments = ["-c", script], WorkingDirectory = Path.GetTempPath() });

    private ChildProcess Start(ProcessSpec spec) => ChildProcess.Start(spec, (text, isError) => _lines.Enqueue((text, isError)));

    private Task WaitForLineAsync(string text) => WaitUntilAsync(() => _lines.Any(line => line.Text == text));

    private static Task WaitForEndAsync(int id) => WaitUntilAsync(() => !IsAlive(id));

    private static bool IsAlive(int id)
    {
        try
        {
            using var process = Process.GetProcessById(id);
            return !process.HasExited && !File.ReadAllText($"/proc/{id}/stat").Contains(") Z ", StringComparison.Ordinal);
        }
        catch (Exception exception) when (exception is ArgumentException or IOException)
        {
            return false;
        }
    }

    private static async Task WaitUntilAsync(Func<bool> condition)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        limit.CancelAfter(TimeSpan.FromSeconds(10));
        while (!condition())
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), limit.Token);
        }
    }
}
