using System.Net.Sockets;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>A place where a resource listens.</summary>
public sealed class EndpointAnnotation : IResourceAnnotation
{
    /// <summary>Initializes the endpoint.</summary>
    public EndpointAnnotation(ProtocolType protocol, string? uriScheme = null, string? transport = null, string? name = null, int? port = null, int? targetPort = null, bool? isExternal = null, bool? isProxied = null)
    {
        Protocol = protocol;
        UriScheme = uriScheme ?? (protocol == ProtocolType.Udp ? "udp" : "tcp");
        Transport = transport ?? (UriScheme is "http" or "https" ? "http" : UriScheme);
        Name = name ?? UriScheme;
        Port = port;
        TargetPort = targetPort;
        IsExternal = isExternal ?? false;
        IsProxied = isProxied ?? true;
    }

    /// <summary>The name, unique among the resource's endpoints.</summary>
    public string Name { get; set; }

    /// <summary>TCP or UDP.</summary>
    public ProtocolType Protocol { get; set; }

    /// <summary>The scheme of the endpoint's address, such as <c>http</c>.</summary>
    public string UriScheme { get; set; }

    /// <summary>What is spoken: <c>http</c>, <c>http2</c> or the scheme.</summary>
    public string Transport { get; set; }

    /// <summary>The port that clients use; null for any.</summary>
    public int? Port { get; set; }

    /// <summary>The port that the process listens on; null for the one of the clients, since nothing stands between them here.</summary>
    public int? TargetPort { get; set; }

    /// <summary>Whether it is meant for users, not only for the other resources.</summary>
    public bool IsExternal { get; set; }

    /// <summary>Whether Aspire may put a proxy before it. There is none here: false means that <see cref="Port"/> is kept even where ports are random.</summary>
    public bool IsProxied { get; set; }

    /// <summary>Where it is, once that is known.</summary>
    public AllocatedEndpoint? AllocatedEndpoint { get; set; }

    /// <summary>The environment variable that tells the process the port.</summary>
    internal string? PortVariable { get; init; }
}
