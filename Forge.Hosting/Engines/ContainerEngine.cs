using System.ComponentModel;
using System.Diagnostics;
using Forge.Hosting.Processes;
using Microsoft.Extensions.Configuration;

#pragma warning disable IDE0130 // where an AppHost needs no using
namespace Aspire.Hosting;

/// <summary>Whether a container engine answers on this machine.</summary>
public sealed class ContainerEngine
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private ContainerEngine(string? name, string finding)
    {
        Name = name;
        Finding = finding;
    }

    /// <summary><c>docker</c> or <c>podman</c>; null where none answered.</summary>
    public string? Name { get; }

    /// <summary>What was found, such as "podman answers" or "docker is not installed, podman does not answer within 2 s".</summary>
    public string Finding { get; }

    /// <summary>
    /// Asks the engine that <c>ASPIRE_CONTAINER_RUNTIME</c> names, else docker and podman at once. Takes 2 s at most: Aspire would wait for ever
    /// for an engine that does not answer.
    /// </summary>
    /// <param name="configuration">The AppHost's.</param>
    public static async Task<ContainerEngine> FindAsync(IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);

        var wanted = configuration["ASPIRE_CONTAINER_RUNTIME"] ?? configuration["DOTNET_ASPIRE_CONTAINER_RUNTIME"];
        string[] candidates = string.IsNullOrEmpty(wanted) ? ["docker", "podman"] : [wanted];
        var answers = await Task.WhenAll(candidates.Select(AskAsync));
        return answers.FirstOrDefault(answer => answer.Name is not null)
            ?? new ContainerEngine(null, string.Join(", ", answers.Select(answer => answer.Finding)));
    }

    private static async Task<ContainerEngine> AskAsync(string name)
    {
        if (ExecutablePath.Find(name) is not { } program)
        {
            return new ContainerEngine(null, $"{name} is not installed");
        }

        using var limit = new CancellationTokenSource(Patience);
        try
        {
            // A question that only a running engine answers.
            var answer = await CompletedProcess.RunAsync(new ProgramCall(program, ["container", "ls", "--quiet", "--last", "1"]), input: null, limit.Token);
            return answer.ExitCode == 0 ? new ContainerEngine(name, $"{name} answers") : new ContainerEngine(null, $"{name} is installed and not running");
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            return new ContainerEngine(null, $"{name} does not answer within {Patience.TotalSeconds:0} s");
        }
        catch (Exception exception) when (exception is Win32Exception or IOException or InvalidOperationException)
        {
            Debug.WriteLine(exception);
            return new ContainerEngine(null, $"{name} cannot be started");
        }
    }
}
