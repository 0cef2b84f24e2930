namespace Aspire.Hosting;

/// <summary>How an application is built.</summary>
public sealed class DistributedApplicationOptions
{
    /// <summary>The command line, which is part of the configuration.</summary>
    public string[]? Args { get; set; }

    /// <summary>The AppHost's assembly; null for the one that was started.</summary>
    public string? AssemblyName { get; set; }

    /// <summary>The AppHost's project folder; null for the one that its assembly was built from.</summary>
    public string? ProjectDirectory { get; set; }

    /// <summary>Whether to do without the dashboard.</summary>
    public bool DisableDashboard { get; set; }

    /// <summary>Whether the output of the resources also goes to the application's own loggers, as <c>{AppHost}.Resources.{id}</c>.</summary>
    public bool EnableResourceLogging { get; set; }
}
