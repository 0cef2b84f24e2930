using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting.Output;

/// <summary>Writes the output of all processes, each line behind the name of its process.</summary>
internal sealed class ConsoleOutput
{
    // Cyan, green, magenta, yellow, blue and their bright ones: readable on dark and light, red is left for errors.
    private static readonly string[] Colors = ["36", "32", "35", "33", "34", "96", "92", "95", "93", "94"];

    private readonly Lock _lock = new();
    private readonly bool _hasColor = !Console.IsOutputRedirected && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));
    private readonly Dictionary<string, string> _prefixes = new(StringComparer.OrdinalIgnoreCase);

    public ConsoleOutput(DistributedApplicationModel model, ResourceLoggerService logs)
    {
        var ids = model.Resources.Where(resource => resource is ProjectResource or ExecutableResource or ContainerResource).SelectMany(resource => resource.GetResourceIds()).ToList();
        var width = ids.Select(id => id.Length).DefaultIfEmpty().Max();
        for (var i = 0; i < ids.Count; i++)
        {
            _prefixes[ids[i]] = Colored($"{ids[i].PadRight(width)} | ", Colors[i % Colors.Length]);
        }

        logs.LineWritten += (resourceId, line, _) => WriteLine(_prefixes.GetValueOrDefault(resourceId, $"{resourceId} | ") + line);
    }

    /// <summary>Whether the processes may colour what they write.</summary>
    public bool HasColor => _hasColor;

    /// <summary>Lists where everything is.</summary>
    public void WriteAddresses(DistributedApplicationModel model)
    {
        var addresses = model.Resources.SelectMany(resource => resource.Annotations.OfType<EndpointAnnotation>()
            .Where(endpoint => endpoint.AllocatedEndpoint is not null)
            .Select(endpoint => (resource.Name, Address: endpoint.AllocatedEndpoint!.UriString))).ToList();
        if (addresses.Count > 0)
        {
            var width = addresses.Max(address => address.Name.Length);
            WriteLine(string.Join(Environment.NewLine, ["", .. addresses.Select(address => $"  {address.Name.PadRight(width)}  {address.Address}"), ""]));
        }
    }

    /// <summary>Says something about the application itself.</summary>
    public void WriteLine(string line)
    {
        lock (_lock)
        {
            Console.WriteLine(line);
        }
    }

    /// <summary>Says what went wrong.</summary>
    public void WriteError(string line)
    {
        lock (_lock)
        {
            Console.Error.WriteLine(Colored(line, "31"));
        }
    }

    private string Colored(string text, string color) => _hasColor ? $"\e[{color}m{text}\e[0m" : text;
}
