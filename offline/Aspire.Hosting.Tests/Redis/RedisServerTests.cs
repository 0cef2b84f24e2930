using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Native;
using Aspire.Hosting.Processes;
using Aspire.Hosting.Redis;
using Microsoft.Extensions.Logging.Abstractions;
using StackExchange.Redis;

namespace Aspire.Hosting.Tests.Redis;

public sealed class RedisServerTests : IAsyncDisposable
{
    private readonly string _appHostDirectory = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName(), "Example.AppHost");
    private readonly DataFolders _folders = DataFolders.For(null, () => null);
    private readonly ConcurrentQueue<string> _output = new();
    private readonly List<ChildProcess> _processes = [];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        foreach (var process in _processes)
        {
            await process.StopAsync(TimeSpan.FromSeconds(10));
        }

        DataFolders.TryDelete(Path.GetDirectoryName(_folders.Kept(_appHostDirectory, "any"))!);
    }

    [Fact]
    public async Task Start_ServesWhatTheQueueNeeds_ListsScriptsAndPublishing()
    {
        var (_, _, configuration) = await StartAsync(volume: null);
        await using var redis = await ConnectionMultiplexer.ConnectAsync(configuration);
        var database = redis.GetDatabase();

        await database.ListLeftPushAsync("queue", ["a", "b", "c"]);
        Assert.Equal(["a", "b"], await database.ListRightPopAsync("queue", 2));

        var taken = await database.ScriptEvaluateAsync("local ids = redis.call('RPOP', KEYS[1], ARGV[1]); redis.call('SET', 'taken', #ids); return ids", ["queue"], [5]);
        Assert.Equal(["c"], (string[])taken!);
        Assert.Equal(1, await database.StringGetAsync("taken"));

        var received = new TaskCompletionSource<string?>();
        await redis.GetSubscriber().SubscribeAsync(RedisChannel.Literal("nudges"), (_, message) => received.TrySetResult(message));
        await redis.GetSubscriber().PublishAsync(RedisChannel.Literal("nudges"), "now");
        Assert.Equal("now", await received.Task.WaitAsync(TimeSpan.FromSeconds(10), Cancellation));
    }

    [Fact]
    public async Task Start_WithAPassword_RefusesClientsWithoutIt()
    {
        var (server, spec, configuration) = await StartAsync(volume: null, password: "conspicuous");

        await using (var redis = await ConnectionMultiplexer.ConnectAsync(configuration))
        {
            Assert.True(await redis.GetDatabase().StringSetAsync("key", "value"));
        }

        await Assert.ThrowsAsync<RedisConnectionException>(async () => await ConnectionMultiplexer.ConnectAsync(configuration.Split(',')[0] + ",connectRetry=0"));
        Assert.DoesNotContain(spec.Arguments, argument => argument.Contains("conspicuous", StringComparison.Ordinal));
        Assert.DoesNotContain("conspicuous", await File.ReadAllTextAsync($"/proc/{server.Id}/cmdline", Cancellation), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_WithoutAVolume_DeletesItsFolderAtTheEnd()
    {
        var (server, spec, _) = await StartAsync(volume: null);

        Assert.Equal(0, await server.StopAsync(TimeSpan.FromSeconds(10)));
        Assert.False(Directory.Exists(spec.TemporaryFolder));
    }

    [Theory]
    [InlineData((int)StopSignal.Terminate)]
    [InlineData((int)StopSignal.Kill)]
    public async Task Start_WithAVolume_KeepsTheDataHoweverTheServerEnded(int signal)
    {
        var (first, _, configuration) = await StartAsync("data");
        await using (var redis = await ConnectionMultiplexer.ConnectAsync(configuration))
        {
            await redis.GetDatabase().ListLeftPushAsync("list", ["a", "b", "c"]);
            await redis.GetDatabase().StringSetAsync("key", "value");
        }

        // Garnet writes on its own thread right after the answer.
        await Task.Delay(TimeSpan.FromMilliseconds(500), Cancellation);
        Signal.Send(first.Id, (StopSignal)signal);
        await first.Exited.WaitAsync(TimeSpan.FromSeconds(10), Cancellation);

        var (_, _, again) = await StartAsync("data");
        await using var reconnected = await ConnectionMultiplexer.ConnectAsync(again);
        Assert.Equal(3, await reconnected.GetDatabase().ListLengthAsync("list"));
        Assert.Equal("value", await reconnected.GetDatabase().StringGetAsync("key"));
    }

    [Fact]
    public async Task Start_WithRedisServerAskedFor_SaysWhenItIsMissing()
    {
        var exception = await Assert.ThrowsAsync<DistributedApplicationException>(() => StartAsync(volume: null, program: "no-such-redis-server"));

        Assert.Equal("The program 'no-such-redis-server' was not found. Install it, or check the PATH.", exception.Message);
    }

    private async Task<(ChildProcess Process, ProcessSpec Spec, string Configuration)> StartAsync(string? volume, string? password = "secret", string? program = null)
    {
        var port = FreePort();
        var context = new NativeServerContext(new ContainerResource("redis"), port, volume, NullLogger.Instance);
        var spec = new RedisServer(_folders, program, _appHostDirectory).Prepare(context, password, snapshot: null);
        var process = ChildProcess.Start(spec, (line, _) => _output.Enqueue(line));
        _processes.Add(process);

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        limit.CancelAfter(TimeSpan.FromSeconds(30));
        while (true)
        {
            try
            {
                using var client = new TcpClient();
                await client.ConnectAsync(IPAddress.Loopback, port, limit.Token);
                return (process, spec, password is null ? $"localhost:{port}" : $"localhost:{port},password={password}");
            }
            catch (SocketException) when (!process.Exited.IsCompleted)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(50), limit.Token);
            }
            catch (SocketException)
            {
                Assert.Fail(string.Join('\n', _output));
            }
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
