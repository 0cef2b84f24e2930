using Forge.TestServers;
using Npgsql;
using StackExchange.Redis;

namespace Forge.Jobs.Tests;

/// <summary>A database and a key prefix that a test's programs share.</summary>
public sealed class JobDatabase : IAsyncDisposable
{
    private readonly JobServers _servers;

    private JobDatabase(JobServers servers, string connectionString)
    {
        _servers = servers;
        ConnectionString = connectionString;
        Data = NpgsqlDataSource.Create(connectionString);
    }

    public string ConnectionString { get; }

    public string RedisConfiguration => _servers.RedisConfiguration;

    public string KeyPrefix { get; } = $"{{test:{Guid.NewGuid():n}}}";

    public NpgsqlDataSource Data { get; }

    public static async Task<JobDatabase> CreateAsync(JobServers servers) => new(servers, await servers.CreateDatabaseAsync());

    /// <summary>A database on a server of the test's own, which it may harm.</summary>
    public static async Task<JobDatabase> CreateAsync(JobServers servers, PostgresServer postgres) =>
        new(servers, new NpgsqlConnectionStringBuilder(await postgres.CreateDatabaseAsync(TestContext.Current.CancellationToken)) { MaxPoolSize = 20 }.ConnectionString);

    public async Task<T> ScalarAsync<T>(string sql, params NpgsqlParameter[] parameters)
    {
        await using var command = Data.CreateCommand(sql);
        command.Parameters.AddRange(parameters);
        return (T)(await command.ExecuteScalarAsync(TestContext.Current.CancellationToken))!;
    }

    public async Task ExecuteAsync(string sql, params NpgsqlParameter[] parameters)
    {
        await using var command = Data.CreateCommand(sql);
        command.Parameters.AddRange(parameters);
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>What a flush does to this test's jobs, without harming the other tests.</summary>
    public async Task ForgetListsAsync()
    {
        await using var redis = await ConnectionMultiplexer.ConnectAsync(RedisConfiguration);
        await foreach (var key in redis.GetServers()[0].KeysAsync(pattern: $"{KeyPrefix}:waiting:*"))
        {
            await redis.GetDatabase().KeyDeleteAsync(key);
        }
    }

    /// <summary>Has Postgres refuse the first <paramref name="times"/> changes of jobs that fit <paramref name="condition"/>, which may name <c>old</c> and <c>new</c>, with that SQLSTATE.</summary>
    public Task RefuseFirstAsync(int times, string condition, string sqlState = PostgresErrorCodes.RaiseException) => ExecuteAsync(
        $"""
        create sequence refusals;
        create function refuse() returns trigger language plpgsql as $$
        begin
            -- A sequence also counts in what is rolled back.
            if nextval('public.refusals') <= {times} then
                raise exception 'refused by the test' using errcode = '{sqlState}';
            end if;
            return new;
        end $$;
        create trigger refuse before update on jobs.job for each row when ({condition}) execute function public.refuse();
        """);

    public Task<bool> HasRefusedAsync() => ScalarAsync<bool>("select is_called from refusals");

    /// <summary>Holds up every <paramref name="change"/>, such as <c>insert on jobs.attempt</c>, from here on until the result is disposed.</summary>
    public async Task<IAsyncDisposable> HoldUpAsync(string change, string condition = "true")
    {
        await ExecuteAsync(
            $"""
            create function hold_up() returns trigger language plpgsql as $$
            begin
                perform pg_advisory_xact_lock(7);
                return new;
            end $$;
            create trigger hold_up before {change} for each row when ({condition}) execute function public.hold_up();
            """);
        var connection = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(ConnectionString) { Pooling = false }).CreateConnection();
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var command = new NpgsqlCommand("select pg_advisory_lock(7)", connection);
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        return connection;
    }

    /// <summary>Returns once somebody waits in this database for a lock of that type.</summary>
    public async Task WaitForWaiterAsync(string lockType = "advisory")
    {
        const string IsWaiting =
            "select exists (select from pg_locks l join pg_stat_activity a using (pid) where l.locktype = @type and not l.granted and a.datname = current_database())";
        while (!await ScalarAsync<bool>(IsWaiting, new NpgsqlParameter("type", lockType)))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Returns when no job will run any more.</summary>
    public async Task WaitForEndOfAllAsync()
    {
        while (await ScalarAsync<bool>("select exists (select from jobs.job where state not in ('completed', 'cancelled', 'discarded'))"))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(100), TestContext.Current.CancellationToken);
        }
    }

    public ValueTask DisposeAsync() => Data.DisposeAsync();
}
