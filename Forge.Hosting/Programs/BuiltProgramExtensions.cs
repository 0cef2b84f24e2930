using System.Reflection;
using Aspire.Hosting.ApplicationModel;

#pragma warning disable IDE0130 // where an AppHost needs no using
namespace Aspire.Hosting;

/// <summary>Lets an AppHost run the programs that its build made.</summary>
public static class BuiltProgramExtensions
{
    /// <summary>
    /// Starts the project's built program itself instead of <c>dotnet run</c>, which would stay beside it: sooner started, some 130 MB less, and the
    /// process id in the dashboard is the application's. Who kills <c>dotnet run</c> leaves the application running, unknown to the orchestrator.
    /// </summary>
    /// <remarks>
    /// <para>A restart in the dashboard starts what was built last. After an edit use the dashboard's Rebuild command, or <c>dotnet build</c> and Restart.</para>
    /// <para>The AppHost's project file imports <c>Forge.Hosting.targets</c>, which writes the programs' paths into the AppHost's assembly.
    /// Under an IDE's debugger, under <c>dotnet watch</c>, when publishing, and where the program does not exist, nothing is changed.</para>
    /// </remarks>
    /// <param name="builder">The project.</param>
    public static IResourceBuilder<ProjectResource> WithBuiltProgram(this IResourceBuilder<ProjectResource> builder)
    {
        ArgumentNullException.ThrowIfNull(builder);

        var application = builder.ApplicationBuilder;
        var projectPath = builder.Resource.GetProjectMetadata().ProjectPath;
        var isLeftToOthers = application.ExecutionContext.IsPublishMode
            || application.Configuration["DOTNET_WATCH"] is "1" or "true" // 1 is what dotnet watch sets
            || !string.IsNullOrEmpty(application.Configuration["DEBUG_SESSION_PORT"]);
        return !isLeftToOthers && FindProgram(application.AppHostAssembly, projectPath) is { } program
            ? builder.WithAnnotation(new ExecutableAnnotation { Command = program, WorkingDirectory = Path.GetDirectoryName(projectPath)! })
            : builder;
    }

    private static string? FindProgram(Assembly? appHost, string projectPath)
    {
        var assemblyPath = appHost?.GetCustomAttributes<AssemblyMetadataAttribute>().FirstOrDefault(metadata => metadata.Key == $"Program of {projectPath}")?.Value;
        var program = Path.ChangeExtension(assemblyPath, OperatingSystem.IsWindows() ? ".exe" : null);
        return File.Exists(program) ? program : null;
    }
}
