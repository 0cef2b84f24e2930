using System.Diagnostics;
using System.Globalization;

namespace Forge.PostResponse.Tests.Running;

/// <summary>A real process and a real SIGTERM.</summary>
public sealed class ProcessStopTests
{
    private const int Tasks = 200;

    [Fact]
    public async Task Terminated_WithTasksOutstanding_RunsMovesOrNamesEachOfThem()
    {
        var journal = Path.GetTempFileName();
        try
        {
            using var app = Start(journal);
            using var client = new HttpClient { BaseAddress = await ListeningAddressAsync(app), Timeout = LaneApp.Patience };
            for (var number = 0; number < Tasks; number++)
            {
                var kind = number % 2 == 0 ? "move" : "stay";
                (await client.PostAsync($"/tasks/{kind}/{number}", content: null, TestContext.Current.CancellationToken)).Dispose();
            }

            using (var kill = Process.Start("kill", ["-TERM", app.Id.ToString(CultureInfo.InvariantCulture)]))
            {
                await kill.WaitForExitAsync(TestContext.Current.CancellationToken);
            }

            var output = await app.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken).WaitAsync(LaneApp.Patience, TestContext.Current.CancellationToken);
            await app.WaitForExitAsync(TestContext.Current.CancellationToken);
            var lines = await File.ReadAllLinesAsync(journal, TestContext.Current.CancellationToken);
            var run = lines.Count(line => line.StartsWith("run ", StringComparison.Ordinal));
            var moved = lines.Count(line => line.StartsWith("moved ", StringComparison.Ordinal));
            var lost = output.Split('\n').Count(line => line.Contains("Post-response task stay of POST", StringComparison.Ordinal)
                && line.Contains("is lost", StringComparison.Ordinal));

            Assert.Equal(0, app.ExitCode);
            Assert.Equal(Tasks, run + moved + lost);
            Assert.InRange(run, 1, Tasks - 1);
            Assert.InRange(moved, 1, Tasks / 2);
            Assert.InRange(lost, 1, Tasks / 2);
            Assert.Contains($"{moved} handed over, {lost} lost.", output, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(journal);
        }
    }

    private static Process Start(string journal) => Process.Start(new ProcessStartInfo("dotnet")
    {
        ArgumentList =
        {
            Path.Combine(AppContext.BaseDirectory, "Forge.PostResponse.TestApp.dll"),
            "--urls=http://127.0.0.1:0",
            $"--Journal={journal}",
            "--PostResponse:MaxConcurrency=4",
            "--PostResponse:DrainBudget=00:00:01",
        },
        WorkingDirectory = AppContext.BaseDirectory,
        RedirectStandardOutput = true,
    })!;

    private static async Task<Uri> ListeningAddressAsync(Process app)
    {
        const string Announcement = "Now listening on: ";
        while (await app.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(LaneApp.Patience, TestContext.Current.CancellationToken) is { } line)
        {
            if (line.IndexOf(Announcement, StringComparison.Ordinal) is >= 0 and var start)
            {
                return new Uri(line[(start + Announcement.Length)..].Trim());
            }
        }

        throw new InvalidOperationException("The application ended before it listened.");
    }
}
