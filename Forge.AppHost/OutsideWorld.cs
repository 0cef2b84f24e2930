namespace Forge.AppHost;

/// <summary>Mail, weather and payments: the sandbox in development. Published, the real ones, whose addresses are parameters.</summary>
internal sealed class OutsideWorld
{
    private readonly IResourceBuilder<ProjectResource>? _sandbox;
    private readonly IResourceBuilder<ParameterResource>? _mailServer;
    private readonly IResourceBuilder<ParameterResource>? _gateway;

    public OutsideWorld(IDistributedApplicationBuilder builder)
    {
        if (builder.ExecutionContext.IsPublishMode)
        {
            _mailServer = builder.AddParameter("mail-server");
            _gateway = builder.AddParameter("gateway-url");
            return;
        }

        _sandbox = builder.AddProject<Projects.Forge_Sandbox>("sandbox")
            .WithEndpoint(port: 5325, scheme: "smtp", name: "smtp", env: "Smtp__Port")
            .WithHttpHealthCheck("/health")
            .WithFaultCommands()
            .AsService();
    }

    public IResourceBuilder<ProjectResource> Connect(IResourceBuilder<ProjectResource> service) => _sandbox is null
        ? service.WithEnvironment("Mail__Server", _mailServer!).WithEnvironment("services__sandbox__http__0", _gateway!)
        : service.WithEnvironment("Mail__Server", _sandbox.GetEndpoint("smtp")).WithReference(_sandbox).WaitFor(_sandbox);
}

internal static class OutsideWorldExtensions
{
    public static IResourceBuilder<ProjectResource> WithOutsideWorld(this IResourceBuilder<ProjectResource> service, OutsideWorld outsideWorld) => outsideWorld.Connect(service);
}
