namespace Forge.PostResponse;

/// <summary>One task that a request added.</summary>
internal abstract class PostResponseWork(string name, TaskSettings settings)
{
    private bool _isSettled;

    public string Name { get; } = name;

    public TaskSettings Settings { get; } = settings;

    public virtual bool CanBeWrittenDown => false;

    /// <summary>Set by the runner; a stop that gives up on the task has to know which count it stands in.</summary>
    public bool HasStarted { get; set; }

    public bool IsSettled => Volatile.Read(ref _isSettled);

    public abstract Task RunAsync(IServiceProvider services, CancellationToken cancellationToken);

    public virtual Task WriteDownAsync(IServiceProvider services, CancellationToken cancellationToken) =>
        throw new NotSupportedException($"The task '{Name}' cannot be written down.");

    /// <summary>True for the one caller that may say what became of this task: its runner, or the stop that gave up waiting for it.</summary>
    public bool TrySettle() => !Interlocked.Exchange(ref _isSettled, true);
}
