using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting.Orchestrator;

/// <summary>The commands that everything with a process has.</summary>
internal static class LifecycleCommands
{
    public static void AddTo(IResource resource, ApplicationOrchestrator orchestrator)
    {
        Add(KnownResourceCommands.StartCommand, "Start", "Play", state => IsStopped(state) || state == KnownResourceStates.Waiting, context => orchestrator.StartAsync(context.ResourceName, context.CancellationToken));
        Add(KnownResourceCommands.StopCommand, "Stop", "Stop", state => state == KnownResourceStates.Running, context => orchestrator.StopAsync(context.ResourceName));
        Add(KnownResourceCommands.RestartCommand, "Restart", "ArrowCounterclockwise", state => state == KnownResourceStates.Running, async context =>
        {
            await orchestrator.StopAsync(context.ResourceName);
            await orchestrator.StartAsync(context.ResourceName, context.CancellationToken);
        });

        void Add(string name, string displayName, string icon, Func<string?, bool> isEnabled, Func<ExecuteCommandContext, Task> execute) =>
            resource.Annotations.Add(new ResourceCommandAnnotation(
                name,
                displayName,
                context => isEnabled(context.ResourceSnapshot.State?.Text) ? ResourceCommandState.Enabled : ResourceCommandState.Disabled,
                async context =>
                {
                    await execute(context);
                    return CommandResults.Success();
                },
                new CommandOptions { IconName = icon, IsHighlighted = name != KnownResourceCommands.RestartCommand }));
    }

    private static bool IsStopped(string? state) => KnownResourceStates.TerminalStates.Contains(state) || state == KnownResourceStates.NotStarted;
}
