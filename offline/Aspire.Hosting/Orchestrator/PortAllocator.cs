using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting.Orchestrator;

/// <summary>Chooses the ports of endpoints.</summary>
internal sealed class PortAllocator(RunMode mode)
{
    // Below the range that the system takes for outgoing connections, which could otherwise take a port before its server does.
    private const int First = 20_000;
    private const int End = 32_000;

    private static readonly Lock Choosing = new();
    private static readonly HashSet<int> Chosen = [];

    /// <summary>The ports of one process of a resource. The first process has those that the model asks for, unless ports are random.</summary>
    /// <exception cref="DistributedApplicationException">A port that the model asks for is taken.</exception>
    public Dictionary<EndpointAnnotation, int> Allocate(IResource resource, int processIndex)
    {
        var ports = new Dictionary<EndpointAnnotation, int>();
        foreach (var endpoint in resource.Annotations.OfType<EndpointAnnotation>())
        {
            var port = processIndex == 0 ? FixedPort(resource, endpoint) : null;
            if (port is { } wanted)
            {
                ThrowIfTaken(resource, endpoint, wanted);
            }

            ports[endpoint] = port ?? Choose();
            if (processIndex == 0)
            {
                endpoint.AllocatedEndpoint = new AllocatedEndpoint(endpoint, "localhost", ports[endpoint]);
            }
        }

        return ports;
    }

    /// <summary>A free port of this machine that no other call gets.</summary>
    /// <exception cref="DistributedApplicationException">None was found.</exception>
    public static int Choose()
    {
        lock (Choosing)
        {
            for (var attempt = 0; attempt < 1_000; attempt++)
            {
                var port = RandomNumberGenerator.GetInt32(First, End);
                if (!Chosen.Contains(port) && IsFree(port))
                {
                    Chosen.Add(port);
                    return port;
                }
            }
        }

        throw new DistributedApplicationException($"No free port was found between {First} and {End}.");
    }

    /// <summary>Whether nobody listens on a port of this machine.</summary>
    public static bool IsFree(int port) => CanListen(IPAddress.Loopback, port) && (!Socket.OSSupportsIPv6 || CanListen(IPAddress.IPv6Loopback, port));

    private int? FixedPort(IResource resource, EndpointAnnotation endpoint)
    {
        // A program whose port nobody tells it listens where it always does; a server in a container's place is told its port.
        if (endpoint is { TargetPort: { } targetPort, PortVariable: null } && resource is not ContainerResource)
        {
            return targetPort;
        }

        return mode.HasRandomPorts && endpoint.IsProxied ? null : endpoint.Port;
    }

    private static void ThrowIfTaken(IResource resource, EndpointAnnotation endpoint, int port)
    {
        if (!IsFree(port))
        {
            throw new DistributedApplicationException($"Port {port}, endpoint '{endpoint.Name}' of resource '{resource.Name}', is already taken: stop what listens there (is this application already running?) or change the port.");
        }
    }

    private static bool CanListen(IPAddress address, int port)
    {
        try
        {
            using var listener = new TcpListener(address, port);
            listener.Start();
            return true;
        }
        catch (SocketException exception)
        {
            // A machine without the address (IPv6 switched off) has nobody who listens on it.
            return exception.SocketErrorCode == SocketError.AddressNotAvailable;
        }
    }
}
