using Microsoft.Extensions.DependencyInjection;

namespace Aspire.Hosting.Orchestrator;

/// <summary>Starts and stops everything.</summary>
internal sealed class ApplicationOrchestrator
{
    public void KillAll() => GC.KeepAlive(this);
}

internal static class OrchestratorServices
{
    public static void AddOrchestrator(this IServiceCollection services)
    {
        services.AddSingleton<RunOutcome>();
        services.AddSingleton<ApplicationOrchestrator>();
    }
}
