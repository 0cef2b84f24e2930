using System.Globalization;

namespace Forge.ChaosTests;

/// <summary>One process of the application, and what can be done to it.</summary>
internal sealed class ChaosProcess(DistributedApplication app, IResource resource)
{
    private const string ProcessIdProperty = "executable.pid";

    private readonly HashSet<int> _harmed = [];

    public string Name => resource.Name;

    /// <summary>The ids of those of its processes that were sent a signal, or ended by themselves.</summary>
    public IReadOnlyCollection<int> Harmed => _harmed;

    /// <summary>The id of the process that runs now.</summary>
    public int Id { get; private set; }

    /// <summary>True while the process that was noted last is there.</summary>
    public bool IsRunning => UnixSignal.Probe.TrySend(Id);

    /// <summary>Starts the process, or notes the id of the one that runs; starts it once more after a kill.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var result = await app.ResourceCommands.ExecuteCommandAsync(resource, KnownResourceCommands.StartCommand, cancellationToken);
        if (!result.Success)
        {
            throw new InvalidOperationException($"{Name} could not be started.");
        }

        await NoteIdAsync(cancellationToken);
    }

    /// <summary>Learns the id of the process that runs.</summary>
    public async Task NoteIdAsync(CancellationToken cancellationToken)
    {
        var running = await WaitForAsync(state => state == KnownResourceStates.Running, "running", cancellationToken);
        var id = running.Snapshot.Properties.FirstOrDefault(property => property.Name == ProcessIdProperty)?.Value;
        Assert.SkipWhen(id is null, $"{Name} runs in a container; this suite sends signals to processes.");
        Id = Convert.ToInt32(id, CultureInfo.InvariantCulture);
    }

    /// <summary>Sends a signal that the process survives.</summary>
    public void Send(UnixSignal signal)
    {
        if (!TrySend(signal))
        {
            throw new InvalidOperationException($"{Name} has ended; {signal} harms nobody.");
        }
    }

    /// <summary>Sends a signal that the process survives. False when it has ended, as a worker does that starts while Postgres is away.</summary>
    public bool TrySend(UnixSignal signal)
    {
        _harmed.Add(Id);
        return signal.TrySend(Id);
    }

    /// <summary>Sends a signal that ends the process, unless it has just ended by itself, and returns when it has ended, with its exit code.</summary>
    public async Task<int?> EndAsync(UnixSignal signal, CancellationToken cancellationToken)
    {
        TrySend(signal);
        return await WaitForEndAsync(cancellationToken);
    }

    /// <summary>Returns when the process has ended, with its exit code.</summary>
    public async Task<int?> WaitForEndAsync(CancellationToken cancellationToken)
    {
        _harmed.Add(Id);
        var ended = await WaitForAsync(KnownResourceStates.TerminalStates.Contains, "ended", cancellationToken);
        return ended.Snapshot.ExitCode;
    }

    private async Task<ResourceEvent> WaitForAsync(Predicate<string?> isAwaited, string what, CancellationToken cancellationToken)
    {
        ResourceEvent? reached = null;
        await Bounded.WaitAsync(
            async token => reached = await app.ResourceNotifications.WaitForResourceAsync(Name, change => isAwaited(change.Snapshot.State?.Text), token),
            () => $"{Name} is {what}",
            cancellationToken);
        return reached!;
    }
}
