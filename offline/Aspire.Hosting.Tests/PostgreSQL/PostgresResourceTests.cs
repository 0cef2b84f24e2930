using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;
using Npgsql;

namespace Aspire.Hosting.Tests.PostgreSQL;

public sealed class PostgresResourceTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task AddPostgres_HasAspiresNames()
    {
        var builder = DistributedApplicationTestingBuilder.Create();
        var database = builder.AddPostgres("postgres", password: builder.AddParameter("secret", "p@ss", secret: true)).AddDatabase("forgedb", "forge").Resource;
        database.Parent.PrimaryEndpoint.EndpointAnnotation.AllocatedEndpoint = new AllocatedEndpoint(database.Parent.PrimaryEndpoint.EndpointAnnotation, "localhost", 1234);
        IResourceWithConnectionString resource = database;

        Assert.Equal("Host=localhost;Port=1234;Username=postgres;Password=p@ss;Database=forge", await resource.GetConnectionStringAsync(Cancellation));
        var properties = new Dictionary<string, string?>();
        foreach (var (name, expression) in resource.GetConnectionProperties())
        {
            properties[name] = await expression.GetValueAsync(Cancellation);
        }

        Assert.Equal(
            new Dictionary<string, string?>
            {
                ["Host"] = "localhost",
                ["Port"] = "1234",
                ["Username"] = "postgres",
                ["Password"] = "p@ss",
                ["DatabaseName"] = "forge",
                ["Uri"] = "postgresql://postgres:p%40ss@localhost:1234/forge",
                ["JdbcConnectionString"] = "jdbc:postgresql://localhost:1234/forge",
            },
            properties);
        Assert.Equal(["postgres_check"], database.Parent.Annotations.OfType<HealthCheckAnnotation>().Select(check => check.Key));
        Assert.Equal(["forgedb_check"], database.Annotations.OfType<HealthCheckAnnotation>().Select(check => check.Key));
    }

    [Fact]
    public async Task Start_CreatesTheDatabase_AndATestKeepsNothingEvenWithAVolume()
    {
        for (var run = 0; run < 2; run++)
        {
            await using var application = await StartAsync();

            Assert.Equal(0L, await ScalarAsync(application, "SELECT count(*) FROM pg_tables WHERE tablename = 'kept'"));
            await ScalarAsync(application, "CREATE TABLE kept AS SELECT 42 AS answer");
        }
    }

    private static async Task<DistributedApplication> StartAsync()
    {
        var builder = DistributedApplicationTestingBuilder.Create();
        builder.AddPostgres("postgres").WithDataVolume("never-there").AddDatabase("forgedb");
        var application = await builder.BuildAsync(Cancellation);
        await application.StartAsync(Cancellation);
        await application.ResourceNotifications.WaitForResourceHealthyAsync("forgedb", Cancellation).WaitAsync(TimeSpan.FromSeconds(60), Cancellation);
        return application;
    }

    private static async Task<object?> ScalarAsync(DistributedApplication application, string sql)
    {
        await using var connection = new NpgsqlConnection(await application.GetConnectionStringAsync("forgedb", Cancellation) + ";Pooling=false");
        await connection.OpenAsync(Cancellation);
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync(Cancellation);
    }
}
