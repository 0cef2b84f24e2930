namespace Aspire.Hosting;

/// <summary>Where the build put a project's assembly; written by Offline.targets.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class ProjectOutputAttribute(string assemblyPath) : Attribute
{
    /// <summary>The full path of the assembly.</summary>
    public string AssemblyPath { get; } = assemblyPath;
}
