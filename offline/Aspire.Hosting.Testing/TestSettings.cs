using System.Reflection;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;

namespace Aspire.Hosting.Testing;

/// <summary>What an AppHost finds under test: its command line, and what its first launch profile would have set, where nothing else is.</summary>
internal static class TestSettings
{
    // For a test that asks for the dashboard. The ports are replaced by random ones.
    private static readonly Dictionary<string, string?> DashboardAddresses = new()
    {
        ["ASPNETCORE_URLS"] = "http://localhost:8080",
        ["ASPIRE_DASHBOARD_OTLP_ENDPOINT_URL"] = "http://localhost:4317",
    };

    public static void Apply(Assembly appHost, string[] args, DistributedApplicationOptions options, HostApplicationBuilderSettings settings, Action<DistributedApplicationOptions, HostApplicationBuilderSettings> configure)
    {
        options.Args = args;
        options.AssemblyName = appHost.GetName().Name;
        options.DisableDashboard = true;
        options.EnableResourceLogging = true;
        settings.Args = args;
        settings.ApplicationName = appHost.GetName().Name;
        settings.ContentRootPath = AppHostProject.FindDirectory(appHost);
        configure(options, settings);

        settings.Configuration ??= new ConfigurationManager();
        if (settings.ContentRootPath is not null && LaunchProfile.Read(settings.ContentRootPath) is [var (name, profile), ..])
        {
            var defaults = new Dictionary<string, string?> { ["DOTNET_LAUNCH_PROFILE"] = name };
            foreach (var (variable, value) in profile.EnvironmentVariables)
            {
                defaults[variable] = value;
                defaults[WithoutPrefix(variable)] = value;
            }

            AddWhereNoneIs(settings.Configuration, defaults);
        }

        AddWhereNoneIs(settings.Configuration, DashboardAddresses);
    }

    private static void AddWhereNoneIs(ConfigurationManager configuration, Dictionary<string, string?> defaults) =>
        configuration.AddInMemoryCollection(defaults.Where(setting => configuration[setting.Key] is null).ToList());

    private static string WithoutPrefix(string variable) =>
        variable.StartsWith("DOTNET_", StringComparison.OrdinalIgnoreCase) ? variable["DOTNET_".Length..] : variable;
}
