using Aspire.Hosting.ApplicationModel;
using Forge.Hosting.Processes;
using Forge.Hosting.Watching;

namespace Forge.Hosting.Stopping;

/// <summary>On an executable: the signal that asks it to stop. Without it that is SIGTERM, which the orchestrator sends.</summary>
/// <param name="signal">The signal's number.</param>
internal sealed class StopSignalAnnotation(int signal) : IResourceAnnotation
{
    public int Signal { get; } = signal;

    public static int SignalOf(IResource resource) => resource.TryGetLastAnnotation<StopSignalAnnotation>(out var own) ? own.Signal : UnixProcess.Terminate;
}

/// <summary>Sends its signal to an executable as soon as the orchestrator is asked to stop it.</summary>
internal sealed class StopSignals : IResourceObserver
{
    public void Observe(ResourceEvent change)
    {
        if (change.Snapshot.State?.Text == KnownResourceStates.Stopping
            && change.Resource.TryGetLastAnnotation<StopSignalAnnotation>(out var annotation)
            && change.ProcessId() is { } processId)
        {
            UnixProcess.Send(processId, annotation.Signal);
        }
    }
}
