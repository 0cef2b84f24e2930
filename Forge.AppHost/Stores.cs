using Microsoft.Extensions.Configuration;

namespace Forge.AppHost;

/// <summary>Postgres and Redis: containers where an engine answers, processes elsewhere. <c>--Stores=containers|native</c> insists on one of the two.</summary>
internal sealed class Stores
{
    private readonly IDistributedApplicationBuilder _builder;
    private readonly bool _areContainers;

    private Stores(IDistributedApplicationBuilder builder, bool areContainers)
    {
        _builder = builder;
        _areContainers = areContainers;
    }

    /// <summary>Whether the data is there at the next run. Tests say <c>--Data=discard</c>.</summary>
    private bool KeepsData => !string.Equals(_builder.Configuration["Data"], "discard", StringComparison.OrdinalIgnoreCase);

    public static async Task<Stores> ChooseAsync(IDistributedApplicationBuilder builder)
    {
        if (builder.ExecutionContext.IsPublishMode)
        {
            return new Stores(builder, areContainers: true);
        }

        var (areContainers, reason) = await DecideAsync(builder.Configuration);
        Console.WriteLine($"Postgres and Redis run as {(areContainers ? "containers" : "processes of this machine")}: {reason}.");
        return new Stores(builder, areContainers);
    }

    public IResourceBuilder<IResourceWithConnectionString> AddPostgresDatabase(string serverName, string databaseName)
    {
        if (_areContainers)
        {
            // The fast shutdown, as the official image asks for it too: SIGTERM would wait for the clients to leave.
            var container = _builder.AddPostgres(serverName).WithContainerRuntimeArgs("--stop-signal", "SIGINT");
            return (KeepsData ? container.WithDataVolume() : container).AddDatabase(databaseName);
        }

        var process = _builder.AddNativePostgres(serverName).WithRestartPolicy();
        return (KeepsData ? process.WithDataFolder() : process).AddDatabase(databaseName);
    }

    public IResourceBuilder<IResourceWithConnectionString> AddRedis(string name) => _areContainers
        // It holds nothing that must be kept, and the shell that Aspire starts it with passes no signal on.
        ? _builder.AddRedis(name).WithContainerRuntimeArgs("--stop-signal", "SIGKILL").WithClearCommand()
        : _builder.AddNativeRedis(name).WithRestartPolicy().WithClearCommand();

    private static async Task<(bool AreContainers, string Reason)> DecideAsync(ConfigurationManager configuration)
    {
        switch (configuration["Stores"]?.ToLowerInvariant())
        {
            case "native":
                return (false, "the setting Stores says native");
            case "containers":
                return (true, "the setting Stores says containers");
            case null or "":
                var engine = await ContainerEngine.FindAsync(configuration);
                configuration["ASPIRE_CONTAINER_RUNTIME"] ??= engine.Name;
                return (engine.Name is not null, engine.Finding);
            case var other:
                throw new DistributedApplicationException($"The setting Stores is '{other}'. It can be 'containers' or 'native', or absent to take containers where an engine answers.");
        }
    }
}
