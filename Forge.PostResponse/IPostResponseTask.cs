namespace Forge.PostResponse;

/// <summary>Work that runs after the response has been sent.</summary>
/// <typeparam name="TArguments">What the request hands to the task; keep it small and free of anything that belongs to the request.</typeparam>
/// <remarks>
/// A new instance runs in a dependency scope of its own. Failures are logged and counted, never retried. Work that has not run when the
/// process is killed is lost; see <see cref="IWriteDown{TArguments}"/> for a graceful stop.
/// </remarks>
public interface IPostResponseTask<in TArguments>
{
    /// <summary>Runs the task.</summary>
    /// <param name="arguments">What the request handed over.</param>
    /// <param name="cancellationToken">Cancelled at the task's timeout, and when the drain budget of a graceful stop is used up. It is not the request's token.</param>
    Task RunAsync(TArguments arguments, CancellationToken cancellationToken);
}
