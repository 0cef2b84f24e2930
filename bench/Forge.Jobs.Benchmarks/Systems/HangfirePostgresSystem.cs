using Hangfire;
using Hangfire.PostgreSql;
using Hangfire.PostgreSql.Factories;
using Npgsql;

namespace Forge.Jobs.Benchmarks.Systems;

/// <summary>Hangfire on Hangfire.PostgreSql.</summary>
internal sealed class HangfirePostgresSystem(string postgres) : HangfireSystem
{
    private readonly NpgsqlDataSource _data = NpgsqlDataSource.Create(postgres);

    public override string Name => "Hangfire, Postgres";

    public override double ShareOf(string measure) => measure switch
    {
        "single" => 0.05,
        "drain" or "together" => 0.02,
        "pickup" or "idle" => 1,
        _ => 0,
    };

    protected override JobStorage CreateStorage()
    {
        // The shortest interval that it does not call unsafe. Its notifications (EnableLongPolling) open a listener for every fetch, and made no pickup faster here.
        var options = new PostgreSqlStorageOptions { QueuePollInterval = TimeSpan.FromMilliseconds(50) };
        return new PostgreSqlStorage(new NpgsqlConnectionFactory(postgres, options), options);
    }

    protected override async Task ClearAsync()
    {
        await ExecuteAsync("truncate hangfire.job, hangfire.jobqueue, hangfire.counter, hangfire.aggregatedcounter cascade");
        await ExecuteAsync("vacuum analyze");
        await ExecuteAsync("checkpoint");
    }

    protected override async Task<long> CountSucceededAsync()
    {
        await using var command = _data.CreateCommand("select count(*) from hangfire.job where statename = 'Succeeded'");
        return (long)(await command.ExecuteScalarAsync())!;
    }

    protected override ValueTask CloseAsync() => _data.DisposeAsync();

    private async Task ExecuteAsync(string sql)
    {
        await using var command = _data.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }
}
