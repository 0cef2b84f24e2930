using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Forge.TestServers;

/// <summary>Ports of this machine for servers that cannot choose one themselves.</summary>
public static class LocalPort
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    /// <summary>A port that nobody has. Another process may take it before the server does.</summary>
    public static int Free()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>Returns when somebody listens on the port.</summary>
    /// <param name="port">The server's.</param>
    /// <param name="server">Who is to listen.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="InvalidOperationException">The server has ended.</exception>
    public static async Task WaitForAsync(int port, Process server, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(server);
        using var timer = new PeriodicTimer(Pause);
        while (!await AnswersAsync(port, cancellationToken))
        {
            if (server.HasExited)
            {
                throw new InvalidOperationException($"The server for port {port} has ended with exit code {server.ExitCode}.");
            }

            await timer.WaitForNextTickAsync(cancellationToken);
        }
    }

    private static async Task<bool> AnswersAsync(int port, CancellationToken cancellationToken)
    {
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(IPAddress.Loopback, port, cancellationToken);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
