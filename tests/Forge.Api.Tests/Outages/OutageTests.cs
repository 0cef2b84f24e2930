using System.Net;
using Forge.Api.Tests.Infrastructure;
using Forge.TestServers;
using Npgsql;

namespace Forge.Api.Tests.Outages;

/// <summary>Whatever befalls the database: 503 with <c>Retry-After</c> on every route that needs it, a readiness that says so, and all well again by itself.</summary>
public sealed class OutageTests(Stores stores)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Routes_WhenPostgresIsNotThere_AnswerUnavailable()
    {
        await using var api = await Stricken.CreateAsync(stores, await stores.CreateDatabaseAsync());

        api.Door.Close();

        await Routes.AssertUnavailableAsync(api);
        await AssertUnreadyAsync(api, "cannot be reached");
        api.Door.Open();
        await api.RecoverAsync();
    }

    [Fact]
    public async Task Routes_WhenTheNetworkIsSilent_AnswerUnavailableSoon()
    {
        await using var api = await Stricken.CreateAsync(stores, await stores.CreateDatabaseAsync());

        api.Door.SwallowAll();

        await Routes.AssertUnavailableAsync(api);
        await AssertUnreadyAsync(api, "does not answer");
        api.Door.SwallowNoMore();
        await api.RecoverAsync();
    }

    /// <summary>Each has a connection that worked a moment ago.</summary>
    [Fact]
    public async Task ManyRequests_WhenTheNetworkGoesSilent_AreAnsweredSoon()
    {
        const int Requests = 95; // nearly all that the pool has
        await using var api = await Stricken.CreateAsync(stores, await stores.CreateDatabaseAsync());
        await api.OpenConnectionsAsync(Requests);

        api.Door.SwallowAll();
        var begun = TimeProvider.System.GetTimestamp();
        var answers = await Task.WhenAll(Enumerable.Range(0, Requests).Select(_ => api.Client.GetAsync("/forge/queues", Cancellation))).WaitAsync(Routes.Limit, Cancellation);

        TestContext.Current.SendDiagnosticMessage($"The last of {Requests} was answered after {TimeProvider.System.GetElapsedTime(begun).TotalSeconds:0.0} s.");
        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode));
    }

    [Fact]
    public async Task Routes_WhenPostgresIsFrozen_AnswerUnavailableSoon()
    {
        await using var server = new PostgresServer();
        await server.InitializeAsync();
        await using var api = await Stricken.CreateAsync(stores, await server.CreateDatabaseAsync(Cancellation));

        using (await FrozenPostgres.FreezeAsync(api.Data, Cancellation))
        {
            await Routes.AssertUnavailableAsync(api);
            await AssertUnreadyAsync(api, "does not answer");
        }

        await api.RecoverAsync();
    }

    [Fact]
    public async Task Routes_WhenPostgresTakesNoMoreConnections_AnswerUnavailable()
    {
        await using var server = new PostgresServer();
        await server.InitializeAsync();
        await using var api = await Stricken.CreateAsync(stores, await server.CreateDatabaseAsync(Cancellation));
        await using (await TakeAllConnectionsAsync(api))
        {
            await Routes.AssertUnavailableAsync(api);
            await AssertUnreadyAsync(api, "takes no more connections");
        }

        await api.RecoverAsync();
    }

    /// <summary>As after a failover to a server that is read-only: first the sessions are cut, then, when it takes writes again, the pool is full of sessions that do not.</summary>
    [Fact]
    public async Task Writes_WhenPostgresIsReadOnly_AnswerUnavailable()
    {
        await using var api = await Stricken.CreateAsync(stores, await stores.CreateDatabaseAsync());

        await api.ExecuteAsync($"alter database {api.Name} set default_transaction_read_only = on");
        await api.EndSessionsAsync();

        await Routes.AssertUnavailableAsync(api, onlyWrites: true);
        using var read = await api.Client.GetAsync($"/forge/jobs/{api.JobId}", Cancellation);
        Assert.Equal(HttpStatusCode.OK, read.StatusCode);
        await AssertUnreadyAsync(api, "read-only");
        await api.ExecuteAsync($"alter database {api.Name} reset default_transaction_read_only");
        await api.RecoverAsync();
    }

    [Theory]
    [InlineData(PostgresErrorCodes.DiskFull, "no room left")]
    [InlineData(PostgresErrorCodes.OutOfMemory, "short of memory")]
    [InlineData(PostgresErrorCodes.AdminShutdown, "shutting down")]
    [InlineData(PostgresErrorCodes.CrashShutdown, "shutting down")]
    [InlineData(PostgresErrorCodes.CannotConnectNow, "shutting down")]
    [InlineData(PostgresErrorCodes.QueryCanceled, "too long")]
    [InlineData(PostgresErrorCodes.IoError, "fails")]
    public async Task Enqueue_WhenPostgresRefuses_AnswersUnavailableAndSaysWhy(string sqlState, string reason)
    {
        await using var api = await Stricken.CreateAsync(stores, await stores.CreateDatabaseAsync());
        await using var data = NpgsqlDataSource.Create(api.Database);
        await using var command = data.CreateCommand(
            $"""
            create function refuse() returns trigger language plpgsql as $$ begin raise exception 'refused by the test' using errcode = '{sqlState}'; end $$;
            create trigger refuse before insert on jobs.job for each row execute function public.refuse();
            """);
        await command.ExecuteNonQueryAsync(Cancellation);

        using var response = await api.Client.PostAsync("/forge/jobs", Content.Json("""{"kind":"demo.noop","payload":{}}"""), Cancellation);

        var problem = await ProblemAssert.IsProblemAsync(response, HttpStatusCode.ServiceUnavailable);
        Assert.Contains(reason, problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.NotNull(response.Headers.RetryAfter);
    }

    /// <summary>The database commits, and its answer is lost.</summary>
    [Theory]
    [InlineData("/forge/jobs", """{"kind":"demo.noop","payload":{},"delaySeconds":3600}""")]
    [InlineData("/forge/payments", """{"orderId":"o-1","amount":12.5,"currency":"EUR"}""")]
    public async Task Post_WithAnIdempotencyKey_CanBeRepeatedAfterAnOutage(string address, string body)
    {
        await using var api = await Stricken.CreateAsync(stores, await stores.CreateDatabaseAsync());
        await using var data = NpgsqlDataSource.Create(api.Database);
        var before = await CountJobsAsync(data);

        api.Door.BreakAtAnswers();
        using var lost = await PostAsync(api, address, body);
        api.Door.LetAnswersThrough();
        using var repeated = await PostAsync(api, address, body);
        using var again = await PostAsync(api, address, body);

        var problem = await ProblemAssert.IsProblemAsync(lost, HttpStatusCode.ServiceUnavailable);
        Assert.Contains("same Idempotency-Key", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Equal((HttpStatusCode.Accepted, HttpStatusCode.Accepted), (repeated.StatusCode, again.StatusCode));
        Assert.Equal(repeated.Headers.Location, again.Headers.Location);
        Assert.Equal(before + 1, await CountJobsAsync(data));
    }

    [Fact]
    public async Task Stream_WhenPostgresIsAwayForAWhile_GoesOnAfterwards()
    {
        await using var api = await Stricken.CreateAsync(stores, await stores.CreateDatabaseAsync(), ("Jobs:FollowPollInterval", "00:00:00.1"), ("ConnectionStrings:redis", "127.0.0.1:1,abortConnect=false"));
        using var response = await api.Client.GetAsync($"/forge/jobs/{api.JobId}/events", HttpCompletionOption.ResponseHeadersRead, Cancellation);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(Cancellation));
        await ReadUntilAsync(reader, "\"state\":\"scheduled\"");

        var seen = api.Door.Refused;
        api.Door.Close();
        while (api.Door.Refused == seen)
        {
            // The stream has looked, and met nobody.
            await Task.Delay(TimeSpan.FromMilliseconds(20), Cancellation);
        }

        api.Door.Open();
        await api.RecoverAsync();
        using var cancelled = await api.Client.PostAsync($"/forge/jobs/{api.JobId}/cancel", null, Cancellation);

        Assert.Equal(HttpStatusCode.Accepted, cancelled.StatusCode);
        await ReadUntilAsync(reader, "\"state\":\"cancelled\"");
        await ReadUntilAsync(reader, "event: end");
    }

    private static async Task ReadUntilAsync(StreamReader reader, string text)
    {
        string? line;
        do
        {
            line = await reader.ReadLineAsync(Cancellation).AsTask().WaitAsync(TimeSpan.FromSeconds(30), Cancellation);
            Assert.NotNull(line);
        }
        while (!line.Contains(text, StringComparison.Ordinal));
    }

    private static async Task<HttpResponseMessage> PostAsync(Stricken api, string address, string body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, address) { Content = Content.Json(body) };
        request.Headers.Add("Idempotency-Key", "once");
        return await api.Client.SendAsync(request, Cancellation);
    }

    private static async Task<long> CountJobsAsync(NpgsqlDataSource data)
    {
        await using var command = data.CreateCommand("select count(*) from jobs.job");
        return (long)(await command.ExecuteScalarAsync(Cancellation))!;
    }

    private static async Task AssertUnreadyAsync(Stricken api, string why)
    {
        var (status, text) = await api.HealthAsync();
        Assert.Equal(HttpStatusCode.ServiceUnavailable, status);
        Assert.Contains(why, text, StringComparison.Ordinal);
        await api.AssertLiveAsync();
    }

    /// <summary>Ends the API's sessions and takes their places, and all others.</summary>
    private static async Task<IAsyncDisposable> TakeAllConnectionsAsync(Stricken api)
    {
        const string Name = "taken";
        var taken = new Taken();
        var settings = new NpgsqlConnectionStringBuilder(api.Database) { Pooling = false, ApplicationName = Name };
        await using var end = api.Data.CreateCommand($"select pg_terminate_backend(pid) from pg_stat_activity where datname = '{api.Name}' and application_name <> '{Name}'");
        var areAllTaken = false;
        while (!areAllTaken)
        {
            // A session that was told to end keeps its place for a moment, and the API asks for another one.
            await using (var ended = await end.ExecuteReaderAsync(Cancellation))
            {
                areAllTaken = !ended.HasRows;
            }

            areAllTaken &= !await TryTakeAsync();
        }

        return taken;

        async Task<bool> TryTakeAsync()
        {
            var connection = new NpgsqlConnection(settings.ConnectionString);
            try
            {
                await connection.OpenAsync(Cancellation);
                taken.Connections.Add(connection);
                return true;
            }
            catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.TooManyConnections)
            {
                await connection.DisposeAsync();
                return false;
            }
        }
    }

    private sealed class Taken : IAsyncDisposable
    {
        public List<NpgsqlConnection> Connections { get; } = [];

        public async ValueTask DisposeAsync()
        {
            foreach (var connection in Connections)
            {
                await connection.DisposeAsync();
            }
        }
    }
}
