namespace Aspire.Hosting;

/// <summary>How a project is added.</summary>
public class ProjectResourceOptions
{
    /// <summary>The launch profile to start with; null for the AppHost's own, where the project has one of that name, else its first.</summary>
    public string? LaunchProfileName { get; set; }

    /// <summary>Whether to start without a launch profile.</summary>
    public bool ExcludeLaunchProfile { get; set; }
}
