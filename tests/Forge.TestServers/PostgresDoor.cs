using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace Forge.TestServers;

/// <summary>A way to Postgres on which connections can go silent without being closed, as behind a firewall that forgets them, or break when an answer comes.</summary>
public sealed class PostgresDoor : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _closing = new();
    private readonly Task _accepting;
    private int _swallowed;
    private int _opened;
    private volatile bool _breaksAtAnswer;
    private volatile bool _isClosed;
    private int _refused;

    /// <summary>Opens a way to the server of that connection string.</summary>
    public PostgresDoor(string connectionString)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString);
        var (host, port) = (settings.Host!, settings.Port);
        _listener.Start();
        (settings.Host, settings.Port) = ("127.0.0.1", ((IPEndPoint)_listener.LocalEndpoint).Port);
        ConnectionString = settings.ConnectionString;
        _accepting = AcceptAsync(host, port);
    }

    /// <summary>How many connections were ended by <see cref="Close"/>.</summary>
    public int Refused => Volatile.Read(ref _refused);

    /// <summary>The connection string of this way.</summary>
    public string ConnectionString { get; }

    /// <summary>From here on nothing goes through the connections that exist, and nobody is told. New ones work.</summary>
    public void SwallowExisting() => Volatile.Write(ref _swallowed, Volatile.Read(ref _opened));

    /// <summary>From here on new connections are accepted, and nothing goes through any.</summary>
    public void SwallowAll() => Volatile.Write(ref _swallowed, int.MaxValue);

    /// <summary>New connections work again. Those that went silent stay so.</summary>
    public void SwallowNoMore() => SwallowExisting();

    /// <summary>From here on every connection is ended at once, as by a server that is not there.</summary>
    public void Close() => _isClosed = true;

    /// <summary>Lets connections through again.</summary>
    public void Open() => _isClosed = false;

    /// <summary>From here on requests reach Postgres, and the connection breaks in place of the answer.</summary>
    public void BreakAtAnswers() => _breaksAtAnswer = true;

    /// <summary>Lets answers through again.</summary>
    public void LetAnswersThrough() => _breaksAtAnswer = false;

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync();
        _listener.Stop();
        await _accepting;
        _listener.Dispose();
        _closing.Dispose();
    }

    private async Task AcceptAsync(string host, int port)
    {
        var connections = new List<Task>();
        try
        {
            while (true)
            {
                var client = await _listener.AcceptTcpClientAsync(_closing.Token);
                connections.Add(ConnectAsync(client, host, port, Interlocked.Increment(ref _opened)));
            }
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(connections);
        }
    }

    private async Task ConnectAsync(TcpClient client, string host, int port, int number)
    {
        using var here = client;
        if (_isClosed)
        {
            Interlocked.Increment(ref _refused);
            return;
        }

        using var there = new TcpClient();
        try
        {
            await there.ConnectAsync(host, port, _closing.Token);
            await Task.WhenAny(
                CopyAsync(here.GetStream(), there.GetStream(), number, isAnswer: false),
                CopyAsync(there.GetStream(), here.GetStream(), number, isAnswer: true));
        }
        catch (OperationCanceledException)
        {
            // The test is over.
        }
    }

    private async Task CopyAsync(NetworkStream from, NetworkStream to, int number, bool isAnswer)
    {
        var buffer = new byte[16 * 1024];
        try
        {
            while (await from.ReadAsync(buffer, _closing.Token) is > 0 and var bytes)
            {
                if (_isClosed)
                {
                    Interlocked.Increment(ref _refused);
                    return;
                }

                if (isAnswer && _breaksAtAnswer)
                {
                    return;
                }

                if (number > Volatile.Read(ref _swallowed))
                {
                    await to.WriteAsync(buffer.AsMemory(0, bytes), _closing.Token);
                }
            }
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException)
        {
            // One of the ends has gone.
        }
    }
}
