using StackExchange.Redis;

namespace Forge.Hosting.Tests.Redis;

public sealed class NativeRedisTests
{
    private const string Garnet = "garnet";

    /// <summary>Garnet, and redis-server where it is installed.</summary>
    public static TheoryData<string> Servers => File.Exists("/usr/bin/redis-server") ? [Garnet, "/usr/bin/redis-server"] : [Garnet];

    [Theory]
    [MemberData(nameof(Servers))]
    public async Task AClient_NeedsThePassword(string server)
    {
        await using var app = await StartAsync(server);
        var connectionString = await app.ConnectionStringAsync("redis");

        await using (var client = await ConnectionMultiplexer.ConnectAsync(connectionString))
        {
            Assert.True(await client.GetDatabase().StringSetAsync("key", "value"));
        }

        var withoutPassword = ConfigurationOptions.Parse(connectionString);
        withoutPassword.Password = null;
        await Assert.ThrowsAsync<RedisConnectionException>(() => ConnectionMultiplexer.ConnectAsync(withoutPassword));
    }

    [Theory]
    [MemberData(nameof(Servers))]
    public async Task Data_IsKeptInADataFolder(string server)
    {
        using var folder = new TestFolder();
        await using (var app = await StartAsync(server, folder, folder["data"]))
        {
            await using var client = await ConnectionMultiplexer.ConnectAsync(await app.ConnectionStringAsync("redis"));
            await client.GetDatabase().StringSetAsync("key", "value");
            var secret = File.Exists(folder["data/password"]) ? folder["data/password"] : folder["data/redis.conf"];
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(secret));
        }

        await using (var app = await StartAsync(server, folder, folder["data"]))
        {
            await using var client = await ConnectionMultiplexer.ConnectAsync(await app.ConnectionStringAsync("redis"));
            Assert.Equal("value", await client.GetDatabase().StringGetAsync("key"));
        }
    }

    [Theory]
    [MemberData(nameof(Servers))]
    public async Task Data_IsLostWithoutADataFolder(string server)
    {
        await using var app = await StartAsync(server);
        await using (var client = await ConnectionMultiplexer.ConnectAsync(await app.ConnectionStringAsync("redis")))
        {
            await client.GetDatabase().StringSetAsync("key", "value");
        }

        Assert.True(await app.CommandAsync("redis", KnownResourceCommands.StopCommand));
        await app.WaitForStateAsync("redis", [.. KnownResourceStates.TerminalStates]);
        Assert.True(await app.CommandAsync("redis", KnownResourceCommands.StartCommand));
        await app.WaitUntilHealthyAsync("redis");

        await using (var client = await ConnectionMultiplexer.ConnectAsync(await app.ConnectionStringAsync("redis")))
        {
            Assert.False(await client.GetDatabase().KeyExistsAsync("key"));
        }
    }

    [Theory]
    [MemberData(nameof(Servers))]
    public async Task APassword_MayHoldQuotes(string server)
    {
        await using var app = new TestApp();
        var password = app.Builder.AddParameter("password", """it"s a \ 'pass' #word""", secret: true);
        Describe(app.Builder.AddNativeRedis("redis", password: password), server);

        await app.StartAsync("redis");
    }

    [Theory]
    [MemberData(nameof(Servers))]
    public async Task AScript_IsAtomic(string server)
    {
        // Counts a list many times and then clears it: what is pushed between the last count and the clearing is lost.
        const string CountAndClear = """
            local count = 0
            for i = 1, 200 do count = redis.call('LLEN', KEYS[1]) end
            redis.call('DEL', KEYS[1])
            return count
            """;
        const int Pushes = 5_000;
        await using var app = await StartAsync(server);
        var connectionString = await app.ConnectionStringAsync("redis");
        await using var pusher = await ConnectionMultiplexer.ConnectAsync(connectionString);
        await using var scripts = await ConnectionMultiplexer.ConnectAsync(connectionString);

        var pushing = Task.WhenAll(Enumerable.Range(0, 20).Select(async _ =>
        {
            for (var i = 0; i < Pushes / 20; i++)
            {
                await pusher.GetDatabase().ListRightPushAsync("list", "item");
            }
        }));
        var counted = 0L;
        do
        {
            counted += (long)await scripts.GetDatabase().ScriptEvaluateAsync(CountAndClear, ["list"]);
        }
        while (!pushing.IsCompleted);

        await pushing;
        counted += (long)await scripts.GetDatabase().ScriptEvaluateAsync(CountAndClear, ["list"]);
        Assert.Equal(Pushes, counted);
    }

    private static async Task<TestApp> StartAsync(string server, TestFolder? folder = null, string? dataFolder = null)
    {
        var app = new TestApp(folder);
        var redis = Describe(app.Builder.AddNativeRedis("redis"), server);
        if (dataFolder is not null)
        {
            redis.WithDataFolder(dataFolder);
        }

        await app.StartAsync("redis");
        return app;
    }

    private static IResourceBuilder<NativeRedisResource> Describe(IResourceBuilder<NativeRedisResource> redis, string server) =>
        server == Garnet ? redis : redis.WithRedisServer(server);
}
