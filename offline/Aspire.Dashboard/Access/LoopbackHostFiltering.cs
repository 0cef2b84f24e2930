using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.HostFiltering;
using Microsoft.Extensions.DependencyInjection;

namespace Aspire.Dashboard.Access;

internal static class LoopbackHostFiltering
{
    /// <summary>Refuses requests for other hosts than this machine's own names: a web page that has its name resolve to 127.0.0.1 gets nowhere (DNS rebinding).</summary>
    public static IServiceCollection AddLoopbackHostFiltering(this IServiceCollection services) =>
        services.AddHostFiltering(static (HostFilteringOptions options) =>
        {
            options.AllowedHosts = ["localhost", "127.0.0.1", "[::1]"];
            options.AllowEmptyHosts = false;
            options.IncludeFailureMessage = false;
        });
}
