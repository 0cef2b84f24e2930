using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using Forge.Api.Tests.Infrastructure;
using Forge.Contracts;
using Forge.TestServers;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Forge.Api.Tests.Outages;

/// <summary>An API of the test's own whose database can be struck: through a door of its own, with an administrator signed in and one job stored.</summary>
internal sealed class Stricken : IAsyncDisposable
{
    private readonly ApiFactory _factory;

    private Stricken(Stores stores, string database, (string Key, string Value)[] settings)
    {
        Database = database;
        Door = new PostgresDoor(database);
        _factory = new ApiFactory(stores, [("ConnectionStrings:forgedb", Door.ConnectionString), ("Jobs:KeyPrefix", $"{{test:{Guid.NewGuid():N}}}"), ("Lab:Enabled", "true"), .. settings]);
        _factory.StartServer();
        Client = _factory.CreateClient();
        Data = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(database) { Database = "postgres", MaxPoolSize = 2 });
        Name = new NpgsqlConnectionStringBuilder(database).Database!;
    }

    public string Database { get; }

    public string Name { get; }

    public PostgresDoor Door { get; }

    public HttpClient Client { get; }

    /// <summary>The server's own database, by a way that nothing befalls.</summary>
    public NpgsqlDataSource Data { get; }

    public IServiceProvider Services => _factory.Services;

    public string RefreshToken { get; private set; } = "";

    public Guid JobId { get; private set; }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static async Task<Stricken> CreateAsync(Stores stores, string database, params (string Key, string Value)[] settings)
    {
        var stricken = new Stricken(stores, database, settings);
        using var login = await stricken.Client.PostAsJsonAsync("/forge/login", new LoginRequest("admin@forge.local", ApiFactory.AdminPassword), Cancellation);
        var tokens = (await login.Content.ReadFromJsonAsync<TokenResponse>(Cancellation))!;
        stricken.RefreshToken = tokens.RefreshToken;
        stricken.Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", tokens.AccessToken);
        using var job = await stricken.Client.PostAsync("/forge/jobs", Content.Json("""{"kind":"demo.noop","payload":{},"delaySeconds":3600}"""), Cancellation);
        stricken.JobId = (await job.Content.ReadFromJsonAsync<JobResponse>(Cancellation))!.Id;
        return stricken;
    }

    public async Task ExecuteAsync(string sql)
    {
        await using var command = Data.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(Cancellation);
    }

    /// <summary>Leaves so many connections idle in the API's pool.</summary>
    public async Task OpenConnectionsAsync(int count)
    {
        var data = Services.GetRequiredService<NpgsqlDataSource>();
        var connections = await Task.WhenAll(Enumerable.Range(0, count).Select(_ => data.OpenConnectionAsync(Cancellation).AsTask()));
        foreach (var connection in connections)
        {
            await connection.DisposeAsync();
        }
    }

    public Task EndSessionsAsync() => ExecuteAsync($"select pg_terminate_backend(pid) from pg_stat_activity where datname = '{Name}'");

    /// <summary>The health, and what it says.</summary>
    public async Task<(HttpStatusCode Status, string Text)> HealthAsync()
    {
        using var response = await Client.GetAsync("/health", Cancellation).WaitAsync(Routes.Limit, Cancellation);
        return (response.StatusCode, await response.Content.ReadAsStringAsync(Cancellation));
    }

    public async Task AssertLiveAsync()
    {
        using var alive = await Client.GetAsync("/alive", Cancellation);
        Assert.Equal(HttpStatusCode.OK, alive.StatusCode);
    }

    /// <summary>Returns once a job can be enqueued again and the health is what it was, with nobody doing anything.</summary>
    public async Task RecoverAsync()
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        limit.CancelAfter(TimeSpan.FromSeconds(60));
        while (await EnqueueAsync(limit.Token) != HttpStatusCode.Accepted || (await HealthAsync()).Status != HttpStatusCode.OK)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(100), limit.Token);
        }
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _factory.DisposeAsync();
        await Door.DisposeAsync();
        await Data.DisposeAsync();
    }

    private async Task<HttpStatusCode> EnqueueAsync(CancellationToken cancellationToken)
    {
        using var response = await Client.PostAsync("/forge/jobs", Content.Json("""{"kind":"demo.noop","payload":{}}"""), cancellationToken);
        return response.StatusCode;
    }
}
