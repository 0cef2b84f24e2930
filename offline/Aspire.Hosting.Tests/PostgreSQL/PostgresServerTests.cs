using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Native;
using Aspire.Hosting.Postgres;
using Aspire.Hosting.Processes;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace Aspire.Hosting.Tests.PostgreSQL;

public sealed class PostgresServerTests : IAsyncDisposable
{
    private readonly string _appHostDirectory = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName(), "Example.AppHost");
    private readonly DataFolders _folders = DataFolders.For(null, () => PostgresServer.ServerAccount);
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
    public async Task Start_WithoutAVolume_ServesAndDeletesItsFolderAtTheEnd()
    {
        var (server, spec, connectionString) = await StartAsync(volume: null);

        Assert.Equal("on", await ScalarAsync(connectionString, "SHOW synchronous_commit"));
        Assert.Equal("UTF8", await ScalarAsync(connectionString, "SHOW server_encoding"));
        Assert.True(Directory.Exists(spec.TemporaryFolder));
        Assert.Equal(0, await server.StopAsync(TimeSpan.FromSeconds(10)));
        Assert.False(Directory.Exists(spec.TemporaryFolder));
    }

    [Fact]
    public async Task Start_WithAVolume_KeepsTheDataWithFsyncOn()
    {
        var (first, _, connectionString) = await StartAsync("data");
        await ScalarAsync(connectionString, "CREATE TABLE kept AS SELECT 42 AS answer");
        await first.StopAsync(TimeSpan.FromSeconds(10));

        var (_, _, again) = await StartAsync("data");

        Assert.Equal(42, await ScalarAsync(again, "SELECT answer FROM kept"));
        Assert.Equal("on", await ScalarAsync(again, "SHOW fsync"));
    }

    [Fact]
    public async Task Start_WhenTheFormerServerWasKilled_RecoversTheData()
    {
        var (first, _, connectionString) = await StartAsync("data");
        await ScalarAsync(connectionString, "CREATE TABLE kept AS SELECT 42 AS answer");
        Signal.Send(first.Id, StopSignal.Kill);
        await first.Exited.WaitAsync(TimeSpan.FromSeconds(10), Cancellation);

        var (_, _, again) = await StartAsync("data");

        Assert.Equal(42, await ScalarAsync(again, "SELECT answer FROM kept"));
    }

    [Fact]
    public async Task Start_WhenThePasswordWasLost_TakesTheNewOneAndRefusesTheOld()
    {
        var (first, _, _) = await StartAsync("data", password: "the old password");
        await first.StopAsync(TimeSpan.FromSeconds(10));

        var (_, _, connectionString) = await StartAsync("data", password: "it's a \"new\" one\\");

        Assert.Equal(1, await ScalarAsync(connectionString, "SELECT 1"));
        var old = new NpgsqlConnectionStringBuilder(connectionString) { Password = "the old password" }.ConnectionString;
        var refused = await Assert.ThrowsAsync<PostgresException>(() => ScalarAsync(old, "SELECT 1"));
        Assert.Equal(PostgresErrorCodes.InvalidPassword, refused.SqlState);
    }

    [Fact]
    public async Task Start_WithAUserNameOfItsOwn_LetsThatUserInAsSuperuser()
    {
        var (_, _, connectionString) = await StartAsync(volume: null, userName: "o'brien");

        Assert.Equal("on", await ScalarAsync(connectionString, "SHOW is_superuser"));
        Assert.Equal("o'brien", await ScalarAsync(connectionString, "SELECT current_user::text"));
    }

    [Fact]
    public async Task Start_ShowsThePasswordInNoCommandLine()
    {
        var (server, spec, _) = await StartAsync(volume: null, password: "conspicuous");

        Assert.DoesNotContain(spec.Arguments, argument => argument.Contains("conspicuous", StringComparison.Ordinal));
        Assert.DoesNotContain("conspicuous", await File.ReadAllTextAsync($"/proc/{server.Id}/cmdline", Cancellation), StringComparison.Ordinal);
        Assert.DoesNotContain("conspicuous", await File.ReadAllTextAsync($"/proc/{server.Id}/environ", Cancellation), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_ListensOnLoopbackOnly()
    {
        var (_, _, connectionString) = await StartAsync(volume: null);

        Assert.Equal("127.0.0.1", await ScalarAsync(connectionString, "SHOW listen_addresses"));
        Assert.Equal("", await ScalarAsync(connectionString, "SHOW unix_socket_directories"));
    }

    [Fact]
    public async Task Prepare_WhenTheDataFolderIsBroken_SaysWhichAndWhatToDo()
    {
        var folder = _folders.Kept(_appHostDirectory, "data");
        _folders.Create(folder);
        await File.WriteAllTextAsync(Path.Combine(folder, "PG_VERSION"), "15\n", Cancellation);

        var exception = await Assert.ThrowsAsync<DistributedApplicationException>(() => StartAsync("data"));

        Assert.Equal($"The data folder of 'postgres', {folder}, is broken: PG_VERSION or global/pg_control is missing. Delete that folder to start with empty data.", exception.Message);
    }

    [Fact]
    public async Task Prepare_WhenAnotherVersionWroteTheData_SaysWhichIsMissing()
    {
        var folder = _folders.Kept(_appHostDirectory, "data");
        _folders.Create(folder);
        Directory.CreateDirectory(Path.Combine(folder, "global"));
        await File.WriteAllTextAsync(Path.Combine(folder, "PG_VERSION"), "9\n", Cancellation);
        await File.WriteAllTextAsync(Path.Combine(folder, "global", "pg_control"), "", Cancellation);

        var exception = await Assert.ThrowsAsync<DistributedApplicationException>(() => StartAsync("data"));

        Assert.StartsWith($"The data of 'postgres' in {folder} was written by PostgreSQL 9, but only ", exception.Message, StringComparison.Ordinal);
        Assert.EndsWith("Install PostgreSQL 9, or delete that folder to start with empty data.", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Prepare_WhenPostgresIsMissing_SaysWhatToInstall()
    {
        var exception = await Assert.ThrowsAsync<DistributedApplicationException>(() => StartAsync(volume: null, binFolder: "/no/such/folder"));

        Assert.Equal("'postgres' needs PostgreSQL, and there is none in /no/such/folder, which Offline:PostgresBinFolder names.", exception.Message);
    }

    [Fact]
    public async Task Prepare_WhenAServerUsesTheData_SaysSo()
    {
        var (server, _, _) = await StartAsync("data");

        var exception = await Assert.ThrowsAsync<DistributedApplicationException>(() => StartAsync("data"));

        Assert.Equal($"The data of 'postgres' in {_folders.Kept(_appHostDirectory, "data")} is in use by process {server.Id}. Is the AppHost running already? Stop it first.", exception.Message);
    }

    [Fact]
    public void CreateTemporary_DeletesWhatDeadProcessesLeftBehind()
    {
        var mine = _folders.CreateTemporary("test");
        var abandoned = mine.Replace($"-{Environment.ProcessId}-", $"-{int.MaxValue}-", StringComparison.Ordinal);
        _folders.Create(abandoned);

        var next = _folders.CreateTemporary("test");

        Assert.True(Directory.Exists(mine));
        Assert.False(Directory.Exists(abandoned));
        DataFolders.TryDelete(mine);
        DataFolders.TryDelete(next);
    }

    private async Task<(ChildProcess Process, ProcessSpec Spec, string ConnectionString)> StartAsync(string? volume, string userName = "postgres", string password = "secret", string? binFolder = null)
    {
        var port = FreePort();
        var context = new NativeServerContext(new ContainerResource("postgres"), port, volume, NullLogger.Instance);
        var spec = await new PostgresServer(_folders, binFolder, _appHostDirectory).PrepareAsync(context, userName, password, Cancellation);
        var process = ChildProcess.Start(spec, (line, _) => _output.Enqueue(line));
        _processes.Add(process);
        var connectionString = new NpgsqlConnectionStringBuilder { Host = "localhost", Port = port, Username = userName, Password = password, Database = "postgres", Pooling = false }.ConnectionString;

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        limit.CancelAfter(TimeSpan.FromSeconds(30));
        while (true)
        {
            try
            {
                await ScalarAsync(connectionString, "SELECT 1");
                return (process, spec, connectionString);
            }
            catch (NpgsqlException exception) when ((exception.InnerException is SocketException || exception.SqlState == PostgresErrorCodes.CannotConnectNow) && !process.Exited.IsCompleted)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(50), limit.Token);
            }
            catch (NpgsqlException) when (process.Exited.IsCompleted)
            {
                Assert.Fail(string.Join('\n', _output));
            }
        }
    }

    private static async Task<object?> ScalarAsync(string connectionString, string sql)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync(Cancellation);
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync(Cancellation);
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
