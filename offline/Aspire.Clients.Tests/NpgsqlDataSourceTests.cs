using System.Diagnostics;
using Aspire.Npgsql;
using Forge.TestServers;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Npgsql;

namespace Aspire.Clients.Tests;

public sealed class NpgsqlDataSourceTests(PostgresServer postgres)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task AddNpgsqlDataSource_ConnectsWithTheNamedConnectionString()
    {
        using var host = Build(("ConnectionStrings:forgedb", await postgres.CreateDatabaseAsync(Cancellation)), builder => builder.AddNpgsqlDataSource("forgedb"));

        await using var command = host.Services.GetRequiredService<NpgsqlDataSource>().CreateCommand("SELECT 42");

        Assert.Equal(42, await command.ExecuteScalarAsync(Cancellation));
    }

    [Fact]
    public async Task AddKeyedNpgsqlDataSource_RegistersUnderTheName()
    {
        using var host = Build(("ConnectionStrings:other", await postgres.CreateDatabaseAsync(Cancellation)), builder => builder.AddKeyedNpgsqlDataSource("other"));

        Assert.Null(host.Services.GetService<NpgsqlDataSource>());
        await using var command = host.Services.GetRequiredKeyedService<NpgsqlDataSource>("other").CreateCommand("SELECT 42");
        Assert.Equal(42, await command.ExecuteScalarAsync(Cancellation));
    }

    [Fact]
    public async Task HealthChecks_HaveAspiresNamesAndAskTheServer()
    {
        var healthy = await postgres.CreateDatabaseAsync(Cancellation);
        using var host = Build(("ConnectionStrings:up", healthy), builder =>
        {
            builder.Configuration["ConnectionStrings:down"] = "Host=localhost;Port=1;Username=x;Password=x;Timeout=2";
            builder.AddNpgsqlDataSource("up");
            builder.AddNpgsqlDataSource("up");
            builder.AddKeyedNpgsqlDataSource("down");
        });

        var report = await host.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync(Cancellation);

        Assert.Equal(["PostgreSql", "PostgreSql_down"], report.Entries.Keys.Order());
        Assert.Equal(HealthStatus.Healthy, report.Entries["PostgreSql"].Status);
        Assert.Equal(HealthStatus.Unhealthy, report.Entries["PostgreSql_down"].Status);
    }

    [Fact]
    public void Settings_ComeFromTheSectionThenTheNamedSectionThenTheConnectionStringThenTheCode()
    {
        NpgsqlSettings? seen = null;
        using var host = Build(("Aspire:Npgsql:ConnectionString", "Host=section"), builder =>
        {
            builder.Configuration["Aspire:Npgsql:DisableTracing"] = "true";
            builder.Configuration["Aspire:Npgsql:forgedb:DisableMetrics"] = "true";
            builder.Configuration["Aspire:Npgsql:forgedb:ConnectionString"] = "Host=named";
            builder.Configuration["ConnectionStrings:forgedb"] = "Host=connection";
            builder.AddNpgsqlDataSource("forgedb", settings =>
            {
                seen = settings;
                settings.DisableHealthChecks = true;
            });
        });

        Assert.Equal("Host=connection", seen!.ConnectionString);
        Assert.True(seen.DisableTracing);
        Assert.True(seen.DisableMetrics);
        Assert.Null(host.Services.GetService<HealthCheckService>());
    }

    [Fact]
    public void AddNpgsqlDataSource_WithoutAConnectionString_SaysWhereItIsMissing()
    {
        using var host = Build(("Unrelated", "x"), builder => builder.AddNpgsqlDataSource("forgedb"));

        var exception = Assert.Throws<InvalidOperationException>(() => host.Services.GetRequiredService<NpgsqlDataSource>());

        Assert.Contains("ConnectionStrings:forgedb", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Spans_OfCommandsReachTheTracerProvider()
    {
        using var spans = new SpanCollector("Npgsql");
        using var host = Build(("ConnectionStrings:forgedb", await postgres.CreateDatabaseAsync(Cancellation)), builder => builder.AddNpgsqlDataSource("forgedb"));
        using var parent = new Activity("parent").Start();

        await using var command = host.Services.GetRequiredService<NpgsqlDataSource>().CreateCommand("SELECT 42");
        await command.ExecuteScalarAsync(Cancellation);

        Assert.Contains(spans.Of(parent), span => Equals(span.GetTagItem("db.system.name"), "postgresql"));
    }

    private static IHost Build((string Key, string Value) configuration, Action<HostApplicationBuilder> configure)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection([new(configuration.Key, configuration.Value)]);
        configure(builder);
        return builder.Build();
    }
}
