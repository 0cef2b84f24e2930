using System.Net;
using System.Net.Sockets;
using Forge.Sandbox.Faults;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Options;

namespace Forge.Sandbox.Mail;

/// <summary>
/// Listens for SMTP on loopback, on Kestrel's transport but beside Kestrel: an endpoint of its own in Kestrel's options would
/// switch off the HTTP addresses that come from the environment.
/// </summary>
internal sealed partial class SmtpServer(
    SocketTransportFactory transport, IOptions<SmtpOptions> options, Mailbox mailbox, FaultBoard faults, TimeProvider timeProvider, ILogger<SmtpServer> logger)
    : IHostedService, IDisposable
{
    private readonly SmtpOptions _options = options.Value;
    private readonly CancellationTokenSource _stopping = new();
    private readonly List<IConnectionListener> _listeners = [];
    private Task _accepting = Task.CompletedTask;
    private bool _isStopping;

    /// <summary>The port that is listened on, once started.</summary>
    public int Port { get; private set; }

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        Port = _options.Port;
        await BindAsync(IPAddress.Loopback, cancellationToken);
        Port = ((IPEndPoint)_listeners[0].EndPoint).Port;
        if (Socket.OSSupportsIPv6)
        {
            await BindAsync(IPAddress.IPv6Loopback, cancellationToken);
        }

        _accepting = Task.WhenAll(_listeners.Select(AcceptAsync));
        LogListening(Port);
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        // A test host stops the application from two sides at once.
        if (Interlocked.Exchange(ref _isStopping, true))
        {
            await _accepting.WaitAsync(cancellationToken);
            return;
        }

        await _stopping.CancelAsync();
        foreach (var listener in _listeners)
        {
            await listener.UnbindAsync(cancellationToken);
        }

        await _accepting.WaitAsync(cancellationToken);
        foreach (var listener in _listeners)
        {
            await listener.DisposeAsync();
        }
    }

    public void Dispose() => _stopping.Dispose();

    private async Task BindAsync(IPAddress address, CancellationToken cancellationToken)
    {
        try
        {
            _listeners.Add(await transport.BindAsync(new IPEndPoint(address, Port), cancellationToken));
        }
        catch (AddressInUseException exception)
        {
            throw new InvalidOperationException($"Another process has the SMTP port {Port}. Stop it, or set {SmtpOptions.SectionName}:{nameof(SmtpOptions.Port)} to another.", exception);
        }
        catch (SocketException exception) when (address.Equals(IPAddress.IPv6Loopback) && exception.SocketErrorCode == SocketError.AddressNotAvailable)
        {
            LogNoIPv6();
        }
    }

    private async Task AcceptAsync(IConnectionListener listener)
    {
        var sessions = new List<Task>();
        while (await listener.AcceptAsync(CancellationToken.None) is { } connection)
        {
            sessions.RemoveAll(session => session.IsCompleted);
            sessions.Add(ServeAsync(connection, isWelcome: sessions.Count < _options.MaxSessions));
        }

        await Task.WhenAll(sessions);
    }

    /// <summary>Never throws: one client's end is not the server's.</summary>
    private async Task ServeAsync(ConnectionContext client, bool isWelcome)
    {
        await using var _ = client;
        using var gone = CancellationTokenSource.CreateLinkedTokenSource(client.ConnectionClosed, _stopping.Token);
        using var connection = new SmtpConnection(client.Transport, _options.IdleTimeout, timeProvider, _stopping.Token);
        try
        {
            if (isWelcome)
            {
                await new SmtpSession(connection, _options, mailbox, faults, timeProvider).RunAsync(gone.Token);
            }
            else
            {
                await connection.ReplyAsync("421 4.7.0 Too many sessions");
            }
        }
        catch (OperationCanceledException exception) when (connection.IsIdle || _stopping.IsCancellationRequested)
        {
            connection.Say(connection.IsIdle ? "421 4.4.2 Idle for too long" : "421 4.3.2 Shutting down");
            LogCutOff(exception);
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException or ConnectionAbortedException)
        {
            LogCutOff(exception);
        }
        catch (Exception exception)
        {
            LogFailed(exception);
        }
    }

    [LoggerMessage(EventName = "smtp_listening", Level = LogLevel.Information, Message = "Taking mail on smtp://localhost:{Port}.")]
    private partial void LogListening(int port);

    [LoggerMessage(EventName = "smtp_no_ipv6", Level = LogLevel.Debug, Message = "There is no IPv6 loopback here; taking mail on IPv4 only.")]
    private partial void LogNoIPv6();

    [LoggerMessage(EventName = "smtp_session_cut_off", Level = LogLevel.Debug, Message = "A session was cut off.")]
    private partial void LogCutOff(Exception exception);

    [LoggerMessage(EventName = "smtp_session_failed", Level = LogLevel.Error, Message = "A session failed.")]
    private partial void LogFailed(Exception exception);
}
