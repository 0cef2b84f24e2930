using System.Reflection;

namespace Aspire.Hosting;

/// <summary>The project that an AppHost's assembly was built from.</summary>
internal static class AppHostProject
{
    /// <summary>Its folder, which the build writes into the assembly; null where it did not, or the folder is gone.</summary>
    public static string? FindDirectory(Assembly? assembly)
    {
        var directory = assembly?.GetCustomAttributes<AssemblyMetadataAttribute>().FirstOrDefault(metadata => metadata.Key == "AppHostProjectPath")?.Value;
        return Directory.Exists(directory) ? directory : null;
    }
}
