#pragma warning disable IDE0130 // where a reader of an AppHost looks for resources
namespace Aspire.Hosting.ApplicationModel;

/// <summary>A PostgreSQL server that runs as a process of this machine, on loopback.</summary>
public sealed class NativePostgresResource : ExecutableResource, IResourceWithConnectionString
{
    internal const string EndpointName = "tcp";
    private const string DefaultUserName = "postgres";

    /// <summary>Initializes the server.</summary>
    /// <param name="name">The name of the resource.</param>
    /// <param name="userName">The superuser's name; null for <c>postgres</c>.</param>
    /// <param name="password">The superuser's password.</param>
    public NativePostgresResource(string name, ParameterResource? userName, ParameterResource password)
        : base(name, "postgres", "")
    {
        ArgumentNullException.ThrowIfNull(password);
        UserNameParameter = userName;
        PasswordParameter = password;
        PrimaryEndpoint = new EndpointReference(this, EndpointName);
    }

    /// <summary>Where the server listens.</summary>
    public EndpointReference PrimaryEndpoint { get; }

    /// <summary>The superuser's name; null for <c>postgres</c>.</summary>
    public ParameterResource? UserNameParameter { get; }

    /// <summary>The superuser's password. It is in no command line and in no environment of the server.</summary>
    public ParameterResource PasswordParameter { get; }

    /// <summary>As Npgsql reads it: <c>Host=…;Port=…;Username=…;Password=…</c>, without a database.</summary>
    public ReferenceExpression ConnectionStringExpression => ReferenceExpression.Create(
        $"Host={PrimaryEndpoint.Property(EndpointProperty.IPV4Host)};Port={PrimaryEndpoint.Property(EndpointProperty.Port)};Username={UserName};Password={PasswordParameter}");

    internal string? BinFolder { get; set; }

    internal List<NativePostgresDatabaseResource> Databases { get; } = [];

    internal ReferenceExpression UserName =>
        UserNameParameter is null ? ReferenceExpression.Create($"{DefaultUserName}") : ReferenceExpression.Create($"{UserNameParameter}");

    IEnumerable<KeyValuePair<string, ReferenceExpression>> IResourceWithConnectionString.GetConnectionProperties() => ConnectionProperties;

    internal IEnumerable<KeyValuePair<string, ReferenceExpression>> ConnectionProperties =>
    [
        new("Host", ReferenceExpression.Create($"{PrimaryEndpoint.Property(EndpointProperty.IPV4Host)}")),
        new("Port", ReferenceExpression.Create($"{PrimaryEndpoint.Property(EndpointProperty.Port)}")),
        new("Username", UserName),
        new("Password", ReferenceExpression.Create($"{PasswordParameter}")),
    ];
}

/// <summary>A database on a <see cref="NativePostgresResource"/>; created when the server is ready and it does not exist. Its state is the server's.</summary>
public sealed class NativePostgresDatabaseResource : Resource, IResourceWithParent<NativePostgresResource>, IResourceWithConnectionString
{
    /// <summary>Initializes the database.</summary>
    /// <param name="name">The name of the resource.</param>
    /// <param name="databaseName">The name of the database.</param>
    /// <param name="server">The server.</param>
    public NativePostgresDatabaseResource(string name, string databaseName, NativePostgresResource server)
        : base(name)
    {
        ArgumentException.ThrowIfNullOrEmpty(databaseName);
        ArgumentNullException.ThrowIfNull(server);
        DatabaseName = databaseName;
        Parent = server;
    }

    /// <summary>The server.</summary>
    public NativePostgresResource Parent { get; }

    /// <summary>The name of the database.</summary>
    public string DatabaseName { get; }

    /// <summary>The server's, with the database.</summary>
    public ReferenceExpression ConnectionStringExpression => ReferenceExpression.Create($"{Parent};Database={DatabaseName}");

    IEnumerable<KeyValuePair<string, ReferenceExpression>> IResourceWithConnectionString.GetConnectionProperties() =>
        [.. Parent.ConnectionProperties, new("DatabaseName", ReferenceExpression.Create($"{DatabaseName}"))];
}
