using System.Net;
using Forge.TestServers;
using Npgsql;

namespace Forge.Worker.Tests.Outages;

/// <summary>The worker's readiness says what befell the database, in time, and that all is well again.</summary>
public sealed class WorkerHealthTests(WorkerHost stores) : WorkerSite(stores)
{
    /// <summary>Npgsql itself would wait for more than half a minute.</summary>
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(15);

    [Fact]
    public async Task Health_WhenTheNetworkIsSilentOrPostgresIsReadOnly_SaysSoAndRecovers()
    {
        var direct = Settings["ConnectionStrings:forgedb"]!;
        await using var door = new PostgresDoor(direct);
        var address = new Uri($"http://127.0.0.1:{LocalPort.Free()}");
        using var worker = WorkerProcess.Start(new Dictionary<string, string?>(Settings) { ["ConnectionStrings:forgedb"] = door.ConnectionString, ["ASPNETCORE_URLS"] = address.ToString() });
        using var client = new HttpClient { BaseAddress = address };
        await WaitUntilReadyAsync(client);

        door.SwallowAll();
        await AssertUnreadyAsync(client, "does not answer");
        door.SwallowNoMore();
        await WaitUntilReadyAsync(client);

        var settings = new NpgsqlConnectionStringBuilder(direct);
        await using var server = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(direct) { Database = "postgres" });
        await ExecuteAsync(server, $"alter database {settings.Database} set default_transaction_read_only = on");
        await ExecuteAsync(server, $"select pg_terminate_backend(pid) from pg_stat_activity where datname = '{settings.Database}'");
        await Eventually.IsTrueAsync(async () => (await HealthAsync(client)).Text.Contains("read-only", StringComparison.Ordinal), "a health that says that Postgres is read-only", Cancellation);
        await AssertUnreadyAsync(client, "read-only");
        await ExecuteAsync(server, $"alter database {settings.Database} reset default_transaction_read_only");
        await WaitUntilReadyAsync(client);
    }

    private static async Task AssertUnreadyAsync(HttpClient client, string why)
    {
        var (status, text) = await HealthAsync(client);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, status);
        Assert.Contains(why, text, StringComparison.Ordinal);
        using var alive = await client.GetAsync("/alive", Cancellation);
        Assert.Equal(HttpStatusCode.OK, alive.StatusCode);
    }

    private static Task WaitUntilReadyAsync(HttpClient client) => Eventually.IsTrueAsync(
        async () =>
        {
            try
            {
                return (await HealthAsync(client)).Status == HttpStatusCode.OK;
            }
            catch (HttpRequestException)
            {
                return false;
            }
        },
        "a worker that is ready",
        Cancellation);

    private static async Task<(HttpStatusCode Status, string Text)> HealthAsync(HttpClient client)
    {
        using var response = await client.GetAsync("/health", Cancellation).WaitAsync(Soon, Cancellation);
        return (response.StatusCode, await response.Content.ReadAsStringAsync(Cancellation));
    }

    private static async Task ExecuteAsync(NpgsqlDataSource data, string sql)
    {
        await using var command = data.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(Cancellation);
    }
}
