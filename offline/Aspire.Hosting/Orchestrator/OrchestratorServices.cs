using Aspire.Hosting.Health;
using Microsoft.Extensions.DependencyInjection;

namespace Aspire.Hosting.Orchestrator;

internal static class OrchestratorServices
{
    public static void AddOrchestrator(this IServiceCollection services)
    {
        services.AddSingleton<RunOutcome>();
        services.AddSingleton<PortAllocator>();
        services.AddSingleton<ProcessSpecFactory>();
        services.AddSingleton<HealthMonitor>();
        services.AddSingleton<ChildResources>();
        services.AddSingleton<StartupWatch>();
        services.AddSingleton<ProcessHost>();
        services.AddSingleton<ApplicationOrchestrator>();
        services.AddHostedService(provider => provider.GetRequiredService<ApplicationOrchestrator>());
    }
}
