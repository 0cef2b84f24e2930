using System.Collections;
using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Native;
using Aspire.Hosting.Output;
using Aspire.Hosting.Processes;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Aspire.Hosting.Orchestrator;

/// <summary>Says what to start for a resource: program, arguments, folder, environment.</summary>
internal sealed class ProcessSpecFactory(DistributedApplicationExecutionContext executionContext, IHostEnvironment environment, RunMode mode, OtlpReceiver? receiver = null, ConsoleOutput? output = null)
{
    /// <exception cref="DistributedApplicationException">A project was not built.</exception>
    public static void ThrowIfNotBuilt(IResource resource)
    {
        if (resource is ProjectResource && AssemblyOf(resource) is var assembly && !File.Exists(assembly))
        {
            throw new DistributedApplicationException($"The project of resource '{resource.Name}' is not built ({assembly} does not exist): run 'dotnet build'.");
        }
    }

    public async Task<ProcessSpec> CreateAsync(IResource resource, string resourceId, IReadOnlyDictionary<EndpointAnnotation, int> ports, ILogger logger, CancellationToken cancellationToken)
    {
        if (resource is ContainerResource container)
        {
            return await CreateAsync(container, ports, logger, cancellationToken);
        }

        var (fileName, arguments, workingDirectory) = resource switch
        {
            ProjectResource => ProjectCommand(resource),
            ExecutableResource executable => (executable.Command, (List<string>)[], executable.WorkingDirectory),
            _ => throw new InvalidOperationException($"Resource '{resource.Name}' has no process."),
        };
        arguments.AddRange(await GetArgumentsAsync(resource, logger, cancellationToken));
        return new ProcessSpec
        {
            FileName = fileName,
            Arguments = arguments,
            WorkingDirectory = workingDirectory,
            Environment = await GetEnvironmentAsync(resource, resourceId, ports, logger, cancellationToken),
        };
    }

    private Task<ProcessSpec> CreateAsync(ContainerResource container, IReadOnlyDictionary<EndpointAnnotation, int> ports, ILogger logger, CancellationToken cancellationToken)
    {
        if (!container.TryGetLastAnnotation<NativeServerAnnotation>(out var server))
        {
            throw new DistributedApplicationException($"Resource '{container.Name}' is a container, and the offline stand-ins have no native server for it.");
        }

        // Tests throw volumes away; a folder that somebody names is meant.
        var mounts = container.Annotations.OfType<ContainerMountAnnotation>().ToLookup(mount => mount.Type, mount => mount.Source);
        var volume = mode.IsTest ? null : mounts[ContainerMountType.Volume].LastOrDefault();
        var primary = container.Annotations.OfType<EndpointAnnotation>().First();
        return server.PrepareAsync(new NativeServerContext(container, ports[primary], volume, logger) { BoundFolder = mounts[ContainerMountType.BindMount].LastOrDefault() }, cancellationToken);
    }

    private static (string FileName, List<string> Arguments, string WorkingDirectory) ProjectCommand(IResource resource)
    {
        ThrowIfNotBuilt(resource);
        var assembly = AssemblyOf(resource);
        var program = Path.ChangeExtension(assembly, OperatingSystem.IsWindows() ? ".exe" : null);
        var workingDirectory = Path.GetDirectoryName(MetadataOf(resource).ProjectPath)!;
        return File.Exists(program) ? (program, [], workingDirectory) : ("dotnet", [assembly], workingDirectory);
    }

    private static IProjectMetadata MetadataOf(IResource resource) => resource.Annotations.OfType<ProjectMetadataAnnotation>().Last().Metadata;

    private static string AssemblyOf(IResource resource) =>
        MetadataOf(resource).GetType().GetCustomAttribute<ProjectOutputAttribute>()?.AssemblyPath
        ?? throw new DistributedApplicationException($"The build did not say where the assembly of resource '{resource.Name}' is: add its project to the AppHost's project references.");

    private static async Task<List<string>> GetArgumentsAsync(IResource resource, ILogger logger, CancellationToken cancellationToken)
    {
        var context = new CommandLineArgsCallbackContext([], resource, cancellationToken) { Logger = logger };
        foreach (var callback in resource.Annotations.OfType<CommandLineArgsCallbackAnnotation>())
        {
            await callback.Callback(context);
        }

        var arguments = new List<string>();
        foreach (var argument in context.Args)
        {
            if (await ResolveAsync(argument, cancellationToken) is { } text)
            {
                arguments.Add(text);
            }
        }

        return arguments;
    }

    private async Task<Dictionary<string, string?>> GetEnvironmentAsync(IResource resource, string resourceId, IReadOnlyDictionary<EndpointAnnotation, int> ports, ILogger logger, CancellationToken cancellationToken)
    {
        var context = new EnvironmentCallbackContext(executionContext, resource, cancellationToken: cancellationToken) { Logger = logger };
        if (resource is ProjectResource)
        {
            AddProjectDefaults(context.EnvironmentVariables, resource, resourceId, ports);
        }

        foreach (var callback in resource.Annotations.OfType<EnvironmentCallbackAnnotation>())
        {
            await callback.Callback(context);
        }

        foreach (var (endpoint, port) in ports.Where(entry => entry.Key.PortVariable is not null))
        {
            context.EnvironmentVariables[endpoint.PortVariable!] = port;
        }

        var variables = OwnVariables();
        foreach (var (name, value) in context.EnvironmentVariables)
        {
            variables[name] = await ResolveAsync(value, cancellationToken);
        }

        return variables;
    }

    private void AddProjectDefaults(Dictionary<string, object> variables, IResource resource, string resourceId, IReadOnlyDictionary<EndpointAnnotation, int> ports)
    {
        OtlpEnvironment.AddTo(variables, resource, resourceId, receiver, environment.IsDevelopment());
        var addresses = ports.Where(entry => entry.Key is { UriScheme: "http" or "https", PortVariable: null }).Select(entry => $"{entry.Key.UriScheme}://localhost:{entry.Value}").ToList();
        if (addresses.Count > 0)
        {
            variables["ASPNETCORE_URLS"] = string.Join(';', addresses);
        }

        if (output?.HasColor == true)
        {
            variables["DOTNET_SYSTEM_CONSOLE_ALLOW_ANSI_COLOR_REDIRECTION"] = "true";
        }

        if (Environment.GetEnvironmentVariable("DOTNET_ROOT") is null)
        {
            // Where the runtime of this process lies: a project's own program looks only in the usual places.
            variables["DOTNET_ROOT"] = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", ".."));
        }
    }

    /// <summary>Removes what is meant for the AppHost alone.</summary>
    private static Dictionary<string, string?> OwnVariables() =>
        Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
            .Select(entry => (string)entry.Key)
            .Where(name => name is "DOTNET_LAUNCH_PROFILE" or "ASPNETCORE_URLS" || name.StartsWith("ASPIRE_", StringComparison.Ordinal) || name.StartsWith("DOTNET_DASHBOARD_", StringComparison.Ordinal))
            .ToDictionary(name => name, _ => (string?)null);

    private static async ValueTask<string?> ResolveAsync(object value, CancellationToken cancellationToken) => value switch
    {
        string text => text,
        IValueProvider provider => await provider.GetValueAsync(cancellationToken),
        bool flag => flag ? "true" : "false",
        IFormattable number => number.ToString(format: null, CultureInfo.InvariantCulture),
        _ => throw new DistributedApplicationException($"A value of type '{value.GetType().Name}' cannot be an argument or environment variable."),
    };
}
