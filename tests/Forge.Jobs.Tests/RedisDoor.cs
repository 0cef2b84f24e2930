using System.Net;
using System.Net.Sockets;

namespace Forge.Jobs.Tests;

/// <summary>A way to Redis that can be closed, which breaks the connections that go through it, without harm to other tests.</summary>
internal sealed class RedisDoor : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _closing = new();
    private readonly Task _accepting;

    public RedisDoor(string redisConfiguration)
    {
        var parts = redisConfiguration.Split(',', 2);
        _listener.Start();
        Configuration = $"127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port},{parts[1]}";
        _accepting = AcceptAsync(parts[0].Split(':'));
    }

    public string Configuration { get; }

    public async Task CloseAsync()
    {
        await _closing.CancelAsync();
        _listener.Stop();
        await _accepting;
    }

    public async ValueTask DisposeAsync()
    {
        await CloseAsync();
        _listener.Dispose();
        _closing.Dispose();
    }

    private async Task AcceptAsync(string[] redis)
    {
        var connections = new List<Task>();
        try
        {
            while (true)
            {
                connections.Add(ConnectAsync(await _listener.AcceptTcpClientAsync(_closing.Token), redis[0], int.Parse(redis[1], provider: null)));
            }
        }
        catch (Exception) when (_closing.IsCancellationRequested)
        {
            // Cancelled, or stopped just after a last connection was accepted.
            await Task.WhenAll(connections);
        }
    }

    private async Task ConnectAsync(TcpClient client, string host, int port)
    {
        using var here = client;
        using var there = new TcpClient();
        try
        {
            await there.ConnectAsync(host, port, _closing.Token);
            await Task.WhenAny(
                here.GetStream().CopyToAsync(there.GetStream(), _closing.Token),
                there.GetStream().CopyToAsync(here.GetStream(), _closing.Token));
        }
        catch (OperationCanceledException)
        {
            // The door was closed before the connection was made.
        }
    }
}
