#pragma warning disable IDE0130 // where a reader of an AppHost looks for resources
namespace Aspire.Hosting.ApplicationModel;

/// <summary>A server that speaks Redis's protocol and runs as a process of this machine, on loopback: Garnet, or <c>redis-server</c>.</summary>
public sealed class NativeRedisResource : ExecutableResource, IResourceWithConnectionString
{
    internal const string EndpointName = "tcp";

    /// <summary>Initializes the server.</summary>
    /// <param name="name">The name of the resource.</param>
    /// <param name="password">What clients have to show.</param>
    public NativeRedisResource(string name, ParameterResource password)
        : base(name, "dotnet", "")
    {
        ArgumentNullException.ThrowIfNull(password);
        PasswordParameter = password;
        PrimaryEndpoint = new EndpointReference(this, EndpointName);
    }

    /// <summary>Where the server listens.</summary>
    public EndpointReference PrimaryEndpoint { get; }

    /// <summary>What clients have to show. It is in no command line and in no environment of the server.</summary>
    public ParameterResource PasswordParameter { get; }

    /// <summary>As StackExchange.Redis reads it: <c>host:port,password=…</c>.</summary>
    public ReferenceExpression ConnectionStringExpression => ReferenceExpression.Create(
        $"{PrimaryEndpoint.Property(EndpointProperty.IPV4Host)}:{PrimaryEndpoint.Property(EndpointProperty.Port)},password={PasswordParameter}");

    /// <summary>The <c>redis-server</c> to run; null for Garnet.</summary>
    internal string? RedisServer { get; set; }

    IEnumerable<KeyValuePair<string, ReferenceExpression>> IResourceWithConnectionString.GetConnectionProperties() =>
    [
        new("Host", ReferenceExpression.Create($"{PrimaryEndpoint.Property(EndpointProperty.IPV4Host)}")),
        new("Port", ReferenceExpression.Create($"{PrimaryEndpoint.Property(EndpointProperty.Port)}")),
        new("Password", ReferenceExpression.Create($"{PasswordParameter}")),
    ];
}
