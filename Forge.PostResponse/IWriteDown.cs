namespace Forge.PostResponse;

/// <summary>
/// Implemented by an <see cref="IPostResponseTask{TArguments}"/> that can be handed over to a durable place when the process stops before the task
/// could run.
/// </summary>
/// <typeparam name="TArguments">What the request hands to the task.</typeparam>
/// <remarks>
/// Called at a graceful stop, after the drain budget is used up, on a new instance in a scope of its own. A task that was interrupted in
/// mid-run is handed over too, so its work may be done twice. When the call throws or takes longer than
/// <see cref="PostResponseOptions.HandOverBudget"/>, the task counts as lost. A killed process hands nothing over.
/// </remarks>
public interface IWriteDown<in TArguments>
{
    /// <summary>Stores the task where another process finds it, for example as a job of a durable queue.</summary>
    /// <param name="arguments">What the request handed over.</param>
    /// <param name="cancellationToken">Cancelled when the hand-over budget is used up.</param>
    Task WriteDownAsync(TArguments arguments, CancellationToken cancellationToken);
}
