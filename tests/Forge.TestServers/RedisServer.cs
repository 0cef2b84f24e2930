namespace Forge.TestServers;

/// <summary>
/// A Redis server for tests. Meant as an assembly fixture, so that a test process starts one:
/// <c>[assembly: AssemblyFixture(typeof(RedisServer))]</c>. Tests share it: each uses keys of its own.
/// </summary>
public sealed class RedisServer : IAsyncLifetime
{
    private ServerApplication? _server;

    /// <summary>How StackExchange.Redis connects to it.</summary>
    public string ConnectionString => _server!.ConnectionString;

    /// <inheritdoc/>
    public async ValueTask InitializeAsync() => _server = await ServerApplication.StartAsync(builder => builder.AddNativeRedis("redis"));

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }
    }
}
