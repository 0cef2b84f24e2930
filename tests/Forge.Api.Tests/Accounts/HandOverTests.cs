using System.Net.Http.Json;
using Forge.Api.Tests.Infrastructure;
using Forge.Contracts;
using Forge.PostResponse;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Testing;
using Npgsql;

namespace Forge.Api.Tests.Accounts;

public sealed class HandOverTests(Stores stores)
{
    private const int Done = 5;
    private const int Outstanding = 20;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Stop_WithWelcomeEmailsOutstanding_LeavesEachToAWorkerAndNamesEveryAuditLine()
    {
        var database = await stores.CreateDatabaseAsync();
        await using var api = new ApiFactory(
            stores,
            ("ConnectionStrings:forgedb", database),
            ("Jobs:KeyPrefix", $"{{test:{Guid.NewGuid():N}}}"),
            ("PostResponse:MaxConcurrency", "4"),
            ("PostResponse:DrainBudget", "00:00:00.200"),
            ("PostResponse:HandOverBudget", "00:00:20"));
        api.StartServer();
        var logs = api.Logs;
        var monitor = api.Services.GetRequiredService<PostResponseMonitor>();
        var sent = await RegisterAsync(api, Done);
        await Task.WhenAll(sent.Select(email => api.Smtp.MailTo(email).WaitAsync(TimeSpan.FromSeconds(30), Cancellation)));
        while (monitor.Read().Completed < 2 * Done)
        {
            await Task.Delay(10, Cancellation);
        }

        using var hanging = api.Smtp.Hang();
        var outstanding = await RegisterAsync(api, Outstanding);
        await api.Services.GetRequiredService<IHost>().StopAsync(Cancellation);

        Assert.Equal(
            new PostResponseFigures(Waiting: 0, Running: 0, Completed: 2 * Done, Failures: 0, HandedOver: Outstanding, Lost: Outstanding, Rejected: 0),
            monitor.Read());
        Assert.Equal(outstanding.Order(), (await ReadMailJobsAsync(database)).Order());
        Assert.Equal(Outstanding, CountLost(logs, "registration-audit"));
        Assert.Equal(0, CountLost(logs, "welcome-email"));
    }

    private static async Task<string[]> RegisterAsync(ApiFactory api, int users)
    {
        using var client = api.CreateClient();
        var emails = Enumerable.Range(0, users).Select(_ => $"u{Guid.NewGuid():N}@example.org").ToArray();
        foreach (var email in emails)
        {
            using var response = await client.PostAsJsonAsync("/forge/register", new RegisterRequest(email, "Ada"), Cancellation);
            response.EnsureSuccessStatusCode();
        }

        return emails;
    }

    private static async Task<List<string>> ReadMailJobsAsync(string database)
    {
        await using var dataSource = NpgsqlDataSource.Create(database);
        await using var command = dataSource.CreateCommand(
            "SELECT payload->>'to' FROM jobs.job WHERE kind = 'email.send' AND queue = 'mail' AND state = 'available' AND payload->>'body' LIKE 'Hello Ada%'");
        await using var reader = await command.ExecuteReaderAsync(Cancellation);
        var recipients = new List<string>();
        while (await reader.ReadAsync(Cancellation))
        {
            recipients.Add(reader.GetString(0));
        }

        return recipients;
    }

    private static int CountLost(FakeLogCollector logs, string task) =>
        logs.GetSnapshot().Count(record => record.Id.Name == "PostResponseTaskLost" && record.GetStructuredStateValue("TaskName") == task);
}
