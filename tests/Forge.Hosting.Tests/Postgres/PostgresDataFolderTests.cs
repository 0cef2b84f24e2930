using Npgsql;

namespace Forge.Hosting.Tests.Postgres;

public sealed class PostgresDataFolderTests
{
    [Fact]
    public async Task DataThatIsKept_IsThereAtTheNextRun_AlsoUnderAnotherPassword()
    {
        using var folder = new TestFolder();
        string former;
        await using (var app = await StartAsync(folder, "the-first-password"))
        {
            former = await app.ConnectionStringAsync("orders");
            await ExecuteAsync(app, former, "create table lines (id int); insert into lines values (42)");
        }

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(folder["data/forge-hosting.password"]));
        await using (var app = await StartAsync(folder, "the-second-password"))
        {
            var now = await app.ConnectionStringAsync("orders");
            Assert.Equal(42, await ExecuteAsync(app, now, "select id from lines"));
            var withFormerPassword = new NpgsqlConnectionStringBuilder(now) { Password = new NpgsqlConnectionStringBuilder(former).Password };
            var refused = await Assert.ThrowsAsync<PostgresException>(() => ExecuteAsync(app, withFormerPassword.ConnectionString, "select 1"));
            Assert.Equal(PostgresErrorCodes.InvalidPassword, refused.SqlState);
        }

        static async Task<TestApp> StartAsync(TestFolder folder, string password)
        {
            var app = new TestApp(folder);
            var parameter = app.Builder.AddParameter("password", password, secret: true);
            app.Builder.AddNativePostgres("postgres", password: parameter).WithDataFolder(folder["data"]).AddDatabase("orders");
            await app.StartAsync("orders");
            return app;
        }
    }

    [Fact]
    public async Task DataThatIsNotKept_IsDeletedAtTheEnd()
    {
        string folder;
        string[] left;
        await using (var app = new TestApp())
        {
            app.Mark(app.Builder.AddNativePostgres("postgres"));
            await app.StartAsync("postgres");
            folder = WorkingDirectory(await app.ProcessIdAsync("postgres"));
            Assert.True(File.Exists(Path.Combine(folder, "PG_VERSION")));

            await app.EndAsync();
            left = app.Marker.Processes;
        }

        Assert.Empty(left);
        Assert.False(Directory.Exists(folder), folder);
    }

    [Fact]
    public async Task DataThatIsNotKept_BelongsToOneServer()
    {
        await using var app = new TestApp();
        // A number after the name looks like the id of a process that has died.
        app.Builder.AddNativePostgres("postgres-99999999");
        await app.StartAsync("postgres-99999999");
        var folder = WorkingDirectory(await app.ProcessIdAsync("postgres-99999999"));

        await using var other = new TestApp();
        other.Builder.AddNativePostgres("postgres");
        await other.StartAsync("postgres");

        Assert.True(File.Exists(Path.Combine(folder, "PG_VERSION")), folder);
        Assert.NotEqual(folder, WorkingDirectory(await other.ProcessIdAsync("postgres")));
    }

    [Fact]
    public async Task AFolder_ThatHoldsSomethingElse_IsRefused()
    {
        await using var app = new TestApp();
        await File.WriteAllTextAsync(app.Folder["note"], "no data of Postgres", app.Cancellation);

        await AssertRefusedAsync(app, $"The data folder of 'postgres', {app.Folder.Path}, is broken: PG_VERSION or global/pg_control is missing. Delete that folder to start with empty data.");
    }

    [Fact]
    public async Task AFolder_OfAnotherMajorVersion_IsRefused()
    {
        await using var app = new TestApp();
        await File.WriteAllTextAsync(app.Folder["PG_VERSION"], "9\n", app.Cancellation);
        Directory.CreateDirectory(app.Folder["global"]);
        await File.WriteAllTextAsync(app.Folder["global/pg_control"], "", app.Cancellation);

        await AssertRefusedAsync(app, "was written by PostgreSQL 9, but only ");
    }

    [Fact]
    public async Task AFolder_ThatAnotherServerUses_IsRefused()
    {
        using var folder = new TestFolder();
        await using var first = new TestApp(folder);
        first.Builder.AddNativePostgres("postgres").WithDataFolder(folder["data"]);
        await first.StartAsync("postgres");

        await using var second = new TestApp(folder);
        await AssertRefusedAsync(second, $"in use by process {await first.ProcessIdAsync("postgres")}. Is the AppHost running already? Stop it first.", "data");
    }

    [Fact]
    public async Task AFolder_WhoseDataIsDamaged_IsRefused()
    {
        using var folder = new TestFolder();
        await using (var app = new TestApp(folder))
        {
            app.Builder.AddNativePostgres("postgres").WithDataFolder(folder["data"]);
            await app.StartAsync("postgres");
        }

        await File.WriteAllBytesAsync(folder["data/global/pg_control"], new byte[8192], TestContext.Current.CancellationToken);
        File.Delete(folder["data/forge-hosting.password"]);
        await using var again = new TestApp(folder);
        await AssertRefusedAsync(again, "Delete that folder to start with empty data.", "data");
    }

    private static async Task AssertRefusedAsync(TestApp app, string message, string folder = ".")
    {
        app.Builder.AddNativePostgres("postgres").WithDataFolder(app.Folder[folder]).AddDatabase("orders");
        await app.StartAsync();

        await app.WaitForStateAsync("postgres", KnownResourceStates.FailedToStart);
        await app.WaitForStateAsync("orders", KnownResourceStates.FailedToStart);
        await app.WaitForLogAsync("postgres", message);
    }

    private static string WorkingDirectory(int processId) => Directory.ResolveLinkTarget($"/proc/{processId}/cwd", returnFinalTarget: true)!.FullName;

    private static async Task<object?> ExecuteAsync(TestApp app, string connectionString, string sql)
    {
        await using var data = NpgsqlDataSource.Create(connectionString);
        await using var command = data.CreateCommand(sql);
        return await command.ExecuteScalarAsync(app.Cancellation);
    }
}
