namespace Forge.PostResponse;

/// <summary>A task type and the name by which requests add it.</summary>
internal abstract class PostResponseTaskRegistration(string name, PostResponseTaskOptions options)
{
    public string Name { get; } = name;

    protected TaskSettings Settings { get; private set; } = null!;

    /// <summary>Fills what the registration left open, once the lane's options are known.</summary>
    public void Complete(TaskSettings defaults) => Settings = new TaskSettings(
        options.Timeout ?? defaults.Timeout,
        options.AfterFailure ?? defaults.AfterFailure);

    public abstract PostResponseWork CreateWork<TGiven>(TGiven arguments);
}

internal sealed class PostResponseTaskRegistration<TTask, TArguments>(string name, PostResponseTaskOptions options)
    : PostResponseTaskRegistration(name, options)
    where TTask : class, IPostResponseTask<TArguments>
{
    public override PostResponseWork CreateWork<TGiven>(TGiven arguments) => arguments is TArguments fitting
        ? new TypedWork<TTask, TArguments>(Name, Settings, fitting)
        : throw new ArgumentException(
            $"The task '{Name}' takes {typeof(TArguments).Name}, not {arguments?.GetType().Name ?? "null"}.", nameof(arguments));
}
