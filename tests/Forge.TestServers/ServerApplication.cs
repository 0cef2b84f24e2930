using Aspire.Hosting.Testing;

namespace Forge.TestServers;

/// <summary>An application of one server, with a random port and data that is thrown away.</summary>
internal sealed class ServerApplication : IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(2); // A first run may have to fetch the server.

    private readonly DistributedApplication _application;

    private ServerApplication(DistributedApplication application, string connectionString)
    {
        _application = application;
        ConnectionString = connectionString;
    }

    public string ConnectionString { get; }

    public static async Task<ServerApplication> StartAsync<T>(Func<IDistributedApplicationBuilder, IResourceBuilder<T>> addServer)
        where T : IResourceWithConnectionString
    {
        var builder = DistributedApplicationTestingBuilder.Create([], (options, _) => options.AssemblyName = typeof(ServerApplication).Assembly.GetName().Name);
        builder.AddPromptHealthChecks();
        var server = addServer(builder).Resource;
        var application = await builder.BuildAsync();
        try
        {
            using var limit = new CancellationTokenSource(StartLimit);
            await application.StartAsync(limit.Token);
            await application.ResourceNotifications.WaitForResourceHealthyAsync(server.Name, WaitBehavior.StopOnResourceUnavailable, limit.Token);
            var connectionString = await server.GetConnectionStringAsync(limit.Token);
            return new ServerApplication(application, connectionString ?? throw new InvalidOperationException($"'{server.Name}' has no connection string."));
        }
        catch
        {
            await application.DisposeAsync();
            throw;
        }
    }

    public ValueTask DisposeAsync() => _application.DisposeAsync();
}
