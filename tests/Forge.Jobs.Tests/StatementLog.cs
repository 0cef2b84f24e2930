using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using Npgsql;

namespace Forge.Jobs.Tests;

/// <summary>What a program sends to Postgres.</summary>
internal sealed class StatementLog
{
    private readonly FakeLogCollector _log = new();

    public void AddTo(HostApplicationBuilder builder, JobDatabase database) => builder.Services.AddSingleton(_ =>
        new NpgsqlDataSourceBuilder(database.ConnectionString).UseLoggerFactory(LoggerFactory.Create(logging => logging.AddProvider(new FakeLoggerProvider(_log)))).Build());

    public int Count(string part) => _log.GetSnapshot().Count(line => line.Message.Contains(part, StringComparison.Ordinal));
}
