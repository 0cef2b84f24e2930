using System.Net.Sockets;
using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting.Dashboard;

/// <summary>The dashboard in the model, under the name that it has with Aspire, so that a test finds its address.</summary>
internal sealed class DashboardResource : Resource, IResourceWithEndpoints
{
    public DashboardResource(Uri address)
        : base("aspire-dashboard")
    {
        var endpoint = new EndpointAnnotation(ProtocolType.Tcp, address.Scheme, name: "http", port: address.Port, isProxied: false);
        endpoint.AllocatedEndpoint = new AllocatedEndpoint(endpoint, "localhost", address.Port);
        Annotations.Add(endpoint);
        Annotations.Add(new InitialSnapshotAnnotation(new CustomResourceSnapshot { ResourceType = "Dashboard", Properties = [], IsHidden = true }));
    }
}
