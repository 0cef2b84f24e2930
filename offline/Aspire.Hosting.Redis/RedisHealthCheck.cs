using Microsoft.Extensions.Diagnostics.HealthChecks;
using StackExchange.Redis;

namespace Aspire.Hosting.Redis;

/// <summary>Healthy when the server answers a ping. Keeps one connection, since making one costs more than a ping.</summary>
internal sealed class RedisHealthCheck(Func<CancellationToken, ValueTask<string?>> getConnectionString) : IHealthCheck, IAsyncDisposable
{
    private readonly SemaphoreSlim _connecting = new(1);
    private (string ConnectionString, ConnectionMultiplexer Multiplexer)? _connection;

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            var connection = await ConnectAsync(cancellationToken);
            await connection.GetDatabase().PingAsync().WaitAsync(cancellationToken);
            return HealthCheckResult.Healthy();
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            return new HealthCheckResult(context.Registration.FailureStatus, exception.Message, exception);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_connection is { } connection)
        {
            await connection.Multiplexer.DisposeAsync();
        }

        _connecting.Dispose();
    }

    private async Task<ConnectionMultiplexer> ConnectAsync(CancellationToken cancellationToken)
    {
        var connectionString = await getConnectionString(cancellationToken) ?? throw new InvalidOperationException("The connection string is not known yet.");
        await _connecting.WaitAsync(cancellationToken);
        try
        {
            if (_connection is { } current && current.ConnectionString == connectionString)
            {
                return current.Multiplexer;
            }

            var options = ConfigurationOptions.Parse(connectionString);
            options.ConnectRetry = 0;
            options.ConnectTimeout = 2000;
            var made = await ConnectionMultiplexer.ConnectAsync(options);
            if (_connection is { } former)
            {
                await former.Multiplexer.DisposeAsync();
            }

            _connection = (connectionString, made);
            return made;
        }
        finally
        {
            _connecting.Release();
        }
    }
}
