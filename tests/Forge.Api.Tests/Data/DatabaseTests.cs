using Forge.Api.Tests.Infrastructure;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;

namespace Forge.Api.Tests.Data;

public sealed class DatabaseTests(Stores stores)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Migrations_WhenSeveralHostsStartAtOnce_RunOnce()
    {
        var database = await stores.CreateDatabaseAsync();
        var hosts = Enumerable.Range(0, 4).Select(_ => CreateHost(database, "app")).ToArray();

        await Task.WhenAll(hosts.Select(host => host.StartAsync(Cancellation)));

        await using var dataSource = NpgsqlDataSource.Create(database);
        await using var command = dataSource.CreateCommand("SELECT count(*) = count(DISTINCT scriptname) AND count(*) > 0 FROM schema_migrations");
        Assert.Equal(true, await command.ExecuteScalarAsync(Cancellation));
        foreach (var host in hosts)
        {
            host.Dispose();
        }
    }

    [Fact]
    public async Task Migrations_WhenOneFails_StopTheHostAndNameIt()
    {
        var database = await stores.CreateDatabaseAsync();
        await using (var dataSource = NpgsqlDataSource.Create(database))
        {
            await using var command = dataSource.CreateCommand("CREATE TABLE users (id int)");
            await command.ExecuteNonQueryAsync(Cancellation);
        }

        using var host = CreateHost(database, "app");
        var exception = await Assert.ThrowsAsync<InvalidOperationException>(() => host.StartAsync(Cancellation));

        Assert.Contains("0001_accounts.sql", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task DataProtection_WhenAnotherProcessOfTheSameNameReads_IsShared()
    {
        var database = await stores.CreateDatabaseAsync();
        using var first = CreateHost(database, "one");
        using var second = CreateHost(database, "one");
        using var stranger = CreateHost(database, "two");
        foreach (var host in new[] { first, second, stranger })
        {
            await host.StartAsync(Cancellation);
        }

        var secret = Protector(first).Protect("secret");

        Assert.Equal("secret", Protector(second).Unprotect(secret));
        Assert.ThrowsAny<System.Security.Cryptography.CryptographicException>(() => Protector(stranger).Unprotect(secret));
    }

    private static IDataProtector Protector(IHost host) => host.Services.GetRequiredService<IDataProtectionProvider>().CreateProtector("test");

    private static IHost CreateHost(string connectionString, string application)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection([new("ConnectionStrings:forgedb", connectionString)]);
        builder.AddForgeDatabase("forgedb").AddForgeDataProtection(application);
        return builder.Build();
    }
}
