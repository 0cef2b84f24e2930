using Aspire.Dashboard.Access;
using Aspire.Dashboard.Hosting;
using Aspire.Dashboard.Telemetry;
using Aspire.Hosting;
using Aspire.Hosting.Dashboard;
using Aspire.Hosting.Orchestrator;
using Microsoft.Extensions.DependencyInjection;

namespace Aspire.Dashboard;

/// <summary>Gives an AppHost the offline dashboard. It runs in the AppHost's own process: it sees resources, their output and their commands as they are.</summary>
[AttributeUsage(AttributeTargets.Assembly)]
public sealed class OfflineDashboardAttribute : DashboardAttribute
{
    /// <inheritdoc/>
    internal override void AddTo(DistributedApplicationBuilder builder)
    {
        if (DashboardSettings.Read(builder.Configuration, builder.Mode.HasRandomPorts ? PortAllocator.Choose : null) is not { } settings)
        {
            return;
        }

        builder.AddResource(new DashboardResource(settings.FrontendUrl));
        builder.Services.AddSingleton(settings);
        builder.Services.AddSingleton(new OtlpReceiver(settings.OtlpGrpcUrl, settings.OtlpApiKey.Text));
        builder.Services.AddSingleton(TelemetryLimits.Read(builder.Configuration));
        builder.Services.AddSingleton<ChangeNotes>();
        builder.Services.AddSingleton<TelemetryStore>();
        builder.Services.AddSingleton<LoginLink>();
        builder.Services.AddHostedService<DashboardService>();
    }
}
