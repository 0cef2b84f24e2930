using System.Buffers.Binary;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Npgsql;

namespace Forge.TestServers;

/// <summary>A real PgBouncer with its defaults (but for <c>server_login_retry</c>) before a database. Linux only.</summary>
public sealed class PgBouncer : IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(20);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("forge-pgbouncer-");
    private readonly Process _process;

    private PgBouncer(string program, string connectionString)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString);
        var port = LocalPort.Free();
        var configuration = Path.Combine(_folder.FullName, "pgbouncer.ini");
        // A server that is logging in when the pooler pauses counts as one that refused, and by default keeps everybody out for 15 s from then on.
        File.WriteAllText(configuration, $"""
            [databases]
            {settings.Database} = host={settings.Host} port={settings.Port} user={settings.Username} password='{settings.Password}'
            [pgbouncer]
            listen_addr = 127.0.0.1
            listen_port = {port}
            unix_socket_dir =
            auth_type = any
            admin_users = admin
            server_login_retry = 1
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
        await LocalPort.WaitForAsync(new NpgsqlConnectionStringBuilder(pooler.ConnectionString).Port, pooler._process, limit.Token);
        return pooler;
    }

    /// <summary>Ends all its connections, on both sides, and lets new ones wait until <see cref="ResumeAsync"/>.</summary>
    /// <remarks>PgBouncer's KILL, which is a PAUSE that waits for nobody: in session mode a PAUSE would wait for clients to leave, and Npgsql's pool keeps its sessions.</remarks>
    public Task PauseAsync(CancellationToken cancellationToken = default) => CommandAsync($"KILL {Settings.Database}", cancellationToken);

    /// <summary>Lets those who wait, and everybody else, through again.</summary>
    public Task ResumeAsync(CancellationToken cancellationToken = default) => CommandAsync($"RESUME {Settings.Database}", cancellationToken);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync(CancellationToken.None);
        _process.Dispose();
        _folder.Delete(recursive: true);
    }

    private NpgsqlConnectionStringBuilder Settings => new(ConnectionString);

    /// <summary>Its console speaks the simple query protocol alone, which Npgsql does not.</summary>
    private async Task CommandAsync(string command, CancellationToken cancellationToken)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, Settings.Port, cancellationToken);
        var stream = client.GetStream();
        await SendAsync("", "\0\u0003\0\0user\0admin\0database\0pgbouncer\0\0"); // protocol 3.0
        await ReadUntilReadyAsync();
        await SendAsync("Q", $"{command}\0");
        await ReadUntilReadyAsync();

        async Task SendAsync(string type, string body)
        {
            var length = new byte[4];
            BinaryPrimitives.WriteInt32BigEndian(length, length.Length + body.Length);
            await stream.WriteAsync((byte[])[.. Encoding.ASCII.GetBytes(type), .. length, .. Encoding.ASCII.GetBytes(body)], cancellationToken);
        }

        async Task ReadUntilReadyAsync()
        {
            var header = new byte[5];
            do
            {
                await stream.ReadExactlyAsync(header, cancellationToken);
                var body = new byte[BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(1)) - 4];
                await stream.ReadExactlyAsync(body, cancellationToken);
                if (header[0] == 'E')
                {
                    throw new InvalidOperationException($"PgBouncer refuses '{command}': {Encoding.ASCII.GetString(body).Replace('\0', ' ')}");
                }
            }
            while (header[0] != 'Z');
        }
    }
}
