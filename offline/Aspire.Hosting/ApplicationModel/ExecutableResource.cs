namespace Aspire.Hosting.ApplicationModel;

/// <summary>A program on this machine.</summary>
public class ExecutableResource(string name, string command, string workingDirectory) : Resource(name), IResourceWithEnvironment, IResourceWithArgs, IResourceWithEndpoints, IResourceWithWaitSupport
{
    /// <summary>The program: a path, or a name that is looked up in the search path.</summary>
    public string Command { get; } = command;

    /// <summary>The folder it runs in; relative to the AppHost's.</summary>
    public string WorkingDirectory { get; } = workingDirectory;
}
