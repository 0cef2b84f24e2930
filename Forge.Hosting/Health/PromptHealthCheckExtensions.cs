using Forge.Hosting.Health;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

#pragma warning disable IDE0130 // where an AppHost needs no using
namespace Aspire.Hosting;

/// <summary>Lets an AppHost notice at once that a resource has become healthy.</summary>
public static class PromptHealthCheckExtensions
{
    /// <summary>
    /// Asks resources that are not healthy yet again every 100 ms instead of after 1, 2, 3 … s, so that what waits for them starts as soon as it can.
    /// </summary>
    /// <remarks>After 10 s without success a resource is asked at Aspire's own pace again.</remarks>
    /// <param name="builder">The application.</param>
    public static IDistributedApplicationBuilder AddPromptHealthChecks(this IDistributedApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.PostConfigure<HealthCheckServiceOptions>(options =>
        {
            foreach (var registration in options.Registrations)
            {
                registration.Factory = new PromptHealthCheck(registration.Factory).Create;
            }
        });
        return builder;
    }
}
