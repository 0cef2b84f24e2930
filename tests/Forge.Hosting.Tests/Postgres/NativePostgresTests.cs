using Npgsql;

namespace Forge.Hosting.Tests.Postgres;

public sealed class NativePostgresTests
{
    private const string Password = "the-password-of-a-test";

    [Fact]
    public async Task ADatabase_IsThereWhenItIsHealthy()
    {
        await using var app = new TestApp();
        app.Builder.AddNativePostgres("postgres").AddDatabase("orders", "Order Book");
        await app.StartAsync("orders");

        await using var data = NpgsqlDataSource.Create(await app.ConnectionStringAsync("orders"));

        Assert.Equal("Order Book", await ScalarAsync(app, data, "select current_database()"));
        Assert.Equal("127.0.0.1", await ScalarAsync(app, data, "show listen_addresses"));
    }

    [Fact]
    public async Task ADatabase_HasTheStateOfItsServer()
    {
        await using var app = new TestApp();
        app.Builder.AddNativePostgres("postgres").AddDatabase("orders");
        await app.StartAsync("orders");

        Assert.True(await app.CommandAsync("postgres", KnownResourceCommands.StopCommand));
        await app.WaitForStateAsync("orders", KnownResourceStates.Finished);

        Assert.True(await app.CommandAsync("postgres", KnownResourceCommands.StartCommand));
        await app.WaitUntilHealthyAsync("orders");
    }

    [Fact]
    public async Task AStopByCommand_DoesNotWaitForClients()
    {
        await using var app = new TestApp();
        app.Builder.AddNativePostgres("postgres").AddDatabase("orders");
        await app.StartAsync("orders");
        await using var data = NpgsqlDataSource.Create(await app.ConnectionStringAsync("orders"));
        await using var connection = await data.OpenConnectionAsync(app.Cancellation);

        Assert.True(await app.CommandAsync("postgres", KnownResourceCommands.StopCommand));

        // After SIGTERM alone it would wait for the client, until the orchestrator kills it.
        await app.WaitForLogAsync("postgres", "database system is shut down");
        await app.WaitForStateAsync("postgres", KnownResourceStates.Finished);
    }

    [Fact]
    public async Task AServer_WhoseDataIsThrownAway_HasEndedBeforeItsFilesAreDeleted()
    {
        await using var app = new TestApp();
        app.Mark(app.Builder.AddNativePostgres("postgres")).AddDatabase("orders");
        await app.StartAsync("orders");
        await using var data = NpgsqlDataSource.Create(await app.ConnectionStringAsync("orders"));
        var file = Path.Combine((string)(await ScalarAsync(app, data, "show data_directory"))!, "PG_VERSION");
        // The client stays, so that the server takes its time.
        await using var connection = await data.OpenConnectionAsync(app.Cancellation);
        Assert.True(File.Exists(file));
        Assert.NotEmpty(app.Marker.Processes);

        var ending = app.EndAsync().AsTask();
        while (!ending.IsCompleted)
        {
            if (!File.Exists(file))
            {
                Assert.Empty(app.Marker.Processes);
            }

            await Task.Delay(TimeSpan.FromMilliseconds(5), app.Cancellation);
        }

        await ending;
        Assert.Empty(app.Marker.Processes);
        Assert.False(File.Exists(file));
    }

    [Fact]
    public async Task AServer_ThatWasKilled_StartsWithWhatWasCommitted()
    {
        await using var app = new TestApp();
        app.Builder.AddNativePostgres("postgres").AddDatabase("orders");
        await app.StartAsync("orders");
        await using var data = NpgsqlDataSource.Create(await app.ConnectionStringAsync("orders"));
        await ScalarAsync(app, data, "create table lines (id int); insert into lines values (42)");

        UnixSignal.Kill.Send(await app.ProcessIdAsync("postgres"));
        await app.WaitForStateAsync("postgres", [.. KnownResourceStates.TerminalStates]);
        Assert.True(await app.CommandAsync("postgres", KnownResourceCommands.StartCommand));
        await app.WaitUntilHealthyAsync("postgres");

        data.Clear();
        Assert.Equal(42, await ScalarAsync(app, data, "select id from lines"));
    }

    [Fact]
    public async Task ThePassword_IsInNoCommandLineAndNoEnvironment()
    {
        await using var app = new TestApp();
        var password = app.Builder.AddParameter("password", Password, secret: true);
        app.Mark(app.Builder.AddNativePostgres("postgres", password: password));
        app.Mark(app.Builder.AddNativeRedis("redis", password: password));
        await app.StartAsync("postgres", "redis");

        Assert.Contains(Password, await app.ConnectionStringAsync("postgres"), StringComparison.Ordinal);
        Assert.True(app.Marker.Processes.Length >= 2);
        Assert.DoesNotContain(app.Marker.Processes, line => line.Contains(Password, StringComparison.Ordinal));
        Assert.DoesNotContain(app.Marker.Environments, line => line.Contains(Password, StringComparison.Ordinal));
        foreach (var name in (string[])["postgres", "redis"])
        {
            var snapshot = (await app.WaitForStateAsync(name, KnownResourceStates.Running)).Snapshot;
            Assert.DoesNotContain(snapshot.EnvironmentVariables, variable => variable.Value?.Contains(Password, StringComparison.Ordinal) == true);
            Assert.DoesNotContain(snapshot.Properties, property => !property.IsSensitive && $"{property.Value}".Contains(Password, StringComparison.Ordinal));
        }
    }

    private static async Task<object?> ScalarAsync(TestApp app, NpgsqlDataSource data, string sql)
    {
        await using var command = data.CreateCommand(sql);
        return await command.ExecuteScalarAsync(app.Cancellation);
    }
}
