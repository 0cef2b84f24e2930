using Aspire.Dashboard.Access;
using Aspire.Hosting;
using Microsoft.Extensions.Configuration;

namespace Aspire.Dashboard.Hosting;

/// <summary>Where the dashboard listens and which secrets it asks for, from the configuration keys that Aspire's AppHost has.</summary>
internal sealed class DashboardSettings
{
    /// <summary>The pages and the JSON API: the first of <c>ASPNETCORE_URLS</c>.</summary>
    public required Uri FrontendUrl { get; init; }

    /// <summary>OTLP over gRPC: <c>ASPIRE_DASHBOARD_OTLP_ENDPOINT_URL</c>.</summary>
    public required Uri OtlpGrpcUrl { get; init; }

    /// <summary>OTLP over HTTP: <c>ASPIRE_DASHBOARD_OTLP_HTTP_ENDPOINT_URL</c>; null for not at all.</summary>
    public Uri? OtlpHttpUrl { get; init; }

    /// <summary>What senders of telemetry show: <c>AppHost:OtlpApiKey</c>.</summary>
    public required SecretKey OtlpApiKey { get; init; }

    /// <summary>What scripts show: <c>AppHost:DashboardApiKey</c>.</summary>
    public required SecretKey ApiKey { get; init; }

    /// <summary>What a browser shows once, when it was configured (<c>ASPIRE_DASHBOARD_FRONTEND_BROWSERTOKEN</c> or <c>AppHost:BrowserToken</c>); null for one that is made, and made anew after each use.</summary>
    public string? BrowserToken { get; init; }

    /// <summary>Whether the login link is kept out of the output: <c>ASPIRE_DASHBOARD_SUPPRESS_BROWSER_TOKEN_IN_OUTPUT</c>.</summary>
    public bool HidesLoginLink { get; init; }

    /// <summary>Reads the settings; null where no address for the pages is configured, and so no dashboard is wanted.</summary>
    /// <param name="configuration">The AppHost's.</param>
    /// <param name="choosePort">Chooses a free port in place of each that is configured, as under test; null to keep those.</param>
    /// <exception cref="DistributedApplicationException">An address is not a local http address.</exception>
    public static DashboardSettings? Read(IConfiguration configuration, Func<int>? choosePort)
    {
        if (Find(configuration, "ASPNETCORE_URLS", "URLS") is not { } frontend)
        {
            return null;
        }

        var otlpHttp = Find(configuration, "ASPIRE_DASHBOARD_OTLP_HTTP_ENDPOINT_URL", "DOTNET_DASHBOARD_OTLP_HTTP_ENDPOINT_URL");
        return new DashboardSettings
        {
            FrontendUrl = Address("ASPNETCORE_URLS", frontend.Split(';')[0]),
            OtlpGrpcUrl = Find(configuration, "ASPIRE_DASHBOARD_OTLP_ENDPOINT_URL", "DOTNET_DASHBOARD_OTLP_ENDPOINT_URL") is { } otlp
                ? Address("ASPIRE_DASHBOARD_OTLP_ENDPOINT_URL", otlp)
                : throw new DistributedApplicationException("The dashboard has no address for telemetry: set ASPIRE_DASHBOARD_OTLP_ENDPOINT_URL, such as http://localhost:15101, in the AppHost's launch profile."),
            OtlpHttpUrl = otlpHttp is null ? null : Address("ASPIRE_DASHBOARD_OTLP_HTTP_ENDPOINT_URL", otlpHttp),
            OtlpApiKey = new SecretKey(Find(configuration, "AppHost:OtlpApiKey") ?? SecretKey.NewText()),
            ApiKey = new SecretKey(Find(configuration, "AppHost:DashboardApiKey") ?? SecretKey.NewText()),
            BrowserToken = Find(configuration, "ASPIRE_DASHBOARD_FRONTEND_BROWSERTOKEN", "DOTNET_DASHBOARD_FRONTEND_BROWSERTOKEN", "AppHost:BrowserToken"),
            HidesLoginLink = configuration.GetValue("ASPIRE_DASHBOARD_SUPPRESS_BROWSER_TOKEN_IN_OUTPUT", false),
        };

        Uri Address(string key, string text)
        {
            if (!Uri.TryCreate(text, UriKind.Absolute, out var address) || address.Scheme != Uri.UriSchemeHttp || !address.IsLoopback)
            {
                throw new DistributedApplicationException($"{key} is '{text}': the offline dashboard listens on this machine and over http only, such as http://localhost:{(address?.Port is > 0 and var port ? port : 15100)}.");
            }

            return choosePort is null ? address : new UriBuilder(address) { Port = choosePort() }.Uri;
        }
    }

    private static string? Find(IConfiguration configuration, params ReadOnlySpan<string> keys)
    {
        foreach (var key in keys)
        {
            if (configuration[key] is { Length: > 0 } value)
            {
                return value;
            }
        }

        return null;
    }
}
