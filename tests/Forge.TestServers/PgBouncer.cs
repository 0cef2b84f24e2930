using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace Forge.TestServers;

/// <summary>A real PgBouncer with its defaults before a database. Linux only.</summary>
public sealed class PgBouncer : IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(20);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("forge-pgbouncer-");
    private readonly Process _process;

    private PgBouncer(string program, string connectionString)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString);
        var port = FreePort();
        var configuration = Path.Combine(_folder.FullName, "pgbouncer.ini");
        File.WriteAllText(configuration, $"""
            [databases]
            {settings.Database} = host={settings.Host} port={settings.Port} user={settings.Username} password='{settings.Password}'
            [pgbouncer]
            listen_addr = 127.0.0.1
            listen_port = {port}
            unix_socket_dir =
            auth_type = any
            """);
        (settings.Host, settings.Port) = ("127.0.0.1", port);
        ConnectionString = settings.ConnectionString;

        // It refuses to run as root, as Postgres does.
        if (OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess)
        {
            File.SetUnixFileMode(_folder.FullName, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute);
            _process = Process.Start("setpriv", ["--reuid", "postgres", "--regid", "postgres", "--init-groups", program, "-q", configuration]);
        }
        else
        {
            _process = Process.Start(program, ["-q", configuration]);
        }
    }

    /// <summary>The way to the database through the pooler.</summary>
    public string ConnectionString { get; }

    /// <summary>Starts one before the database of that connection string; null where PgBouncer is not installed.</summary>
    /// <param name="connectionString">The database.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    public static async Task<PgBouncer?> StartAsync(string connectionString, CancellationToken cancellationToken = default)
    {
        var program = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Append("/usr/sbin")
            .Select(folder => Path.Combine(folder, "pgbouncer")).FirstOrDefault(File.Exists);
        if (program is null)
        {
            return null;
        }

        var pooler = new PgBouncer(program, connectionString);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(StartLimit);
        while (!await pooler.AnswersAsync(limit.Token))
        {
            if (pooler._process.HasExited)
            {
                throw new InvalidOperationException("PgBouncer has ended.");
            }
        }

        return pooler;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync(CancellationToken.None);
        _process.Dispose();
        _folder.Delete(recursive: true);
    }

    private async Task<bool> AnswersAsync(CancellationToken cancellationToken)
    {
        try
        {
            var settings = new NpgsqlConnectionStringBuilder(ConnectionString);
            using var client = new TcpClient();
            await client.ConnectAsync(IPAddress.Loopback, settings.Port, cancellationToken);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
