namespace Aspire.Hosting;

/// <summary>Where a project that the AppHost runs is found.</summary>
public interface IProjectMetadata
{
    /// <summary>The full path of the project file.</summary>
    string ProjectPath { get; }
}
