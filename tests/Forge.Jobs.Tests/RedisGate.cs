using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using StackExchange.Redis;

namespace Forge.Jobs.Tests;

/// <summary>The way to the shared Redis for the programs of one test, which can be closed and opened again: to them that is a server that stops and starts.</summary>
internal sealed class RedisGate(string redisConfiguration) : IAsyncDisposable
{
    private readonly ConfigurationOptions _redis = ConfigurationOptions.Parse(redisConfiguration);
    private readonly List<TcpClient> _connections = [];
    private readonly Lock _gate = new();
    private TcpListener? _listener;
    private int _port;

    /// <summary>Lets connections through, at the same port as before.</summary>
    public void Open()
    {
        var listener = new TcpListener(IPAddress.Loopback, _port);
        listener.Start();
        _port = ((IPEndPoint)listener.LocalEndpoint).Port;
        _listener = listener;
        _ = AcceptAsync(listener);
    }

    /// <summary>Breaks all connections and refuses new ones.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _listener?.Dispose();
            _listener = null;
            _connections.ForEach(connection => connection.Dispose());
            _connections.Clear();
        }
    }

    public void Lead(HostApplicationBuilder builder) => builder.Services.AddSingleton<IConnectionMultiplexer>(_ =>
    {
        var options = _redis.Clone();
        options.EndPoints.Clear();
        options.EndPoints.Add(IPAddress.Loopback, _port);
        return ConnectionMultiplexer.Connect(options);
    });

    public ValueTask DisposeAsync()
    {
        Close();
        return ValueTask.CompletedTask;
    }

    private async Task AcceptAsync(TcpListener listener)
    {
        try
        {
            while (true)
            {
                var near = await listener.AcceptTcpClientAsync();
                var far = new TcpClient();
                lock (_gate)
                {
                    _connections.AddRange([near, far]);
                }

                _ = ForwardAsync(near, far);
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // The gate was closed.
        }
    }

    private async Task ForwardAsync(TcpClient near, TcpClient far)
    {
        using (near)
        using (far)
        {
            try
            {
                var server = _redis.EndPoints[0];
                await (server is DnsEndPoint name ? far.ConnectAsync(name.Host, name.Port) : far.ConnectAsync((IPEndPoint)server));
                await Task.WhenAny(near.GetStream().CopyToAsync(far.GetStream()), far.GetStream().CopyToAsync(near.GetStream()));
            }
            catch (Exception exception) when (exception is IOException or SocketException or ObjectDisposedException or InvalidOperationException)
            {
                // One of the two went away.
            }
        }
    }
}
