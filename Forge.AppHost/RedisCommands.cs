using StackExchange.Redis;

namespace Forge.AppHost;

/// <summary>A button in the dashboard that empties Redis: no job is lost by it, and this is how to see that.</summary>
internal static class RedisCommands
{
    public static IResourceBuilder<T> WithClearCommand<T>(this IResourceBuilder<T> redis)
        where T : IResourceWithConnectionString =>
        redis.WithCommand(
            "clear",
            "Clear Redis",
            async context =>
            {
                var connectionString = await redis.Resource.ConnectionStringExpression.GetValueAsync(context.CancellationToken);
                var options = ConfigurationOptions.Parse(connectionString ?? throw new InvalidOperationException("Redis has no connection string yet."));
                options.AllowAdmin = true;
                await using var connection = await ConnectionMultiplexer.ConnectAsync(options);
                var server = connection.GetServers()[0];
                var keys = await server.DatabaseSizeAsync();
                await server.FlushAllDatabasesAsync();
                return CommandResults.Success($"Redis is empty. It had {keys} keys.");
            },
            new CommandOptions
            {
                ConfirmationMessage = "Delete everything that Redis holds? Jobs live in Postgres and go on.",
                IconName = "Delete",
            });
}
