namespace Forge.Jobs;

/// <summary>Runs jobs of one kind. Each run has an instance and a dependency scope of its own.</summary>
/// <remarks>
/// Returning completes the job. Throwing uses up the attempt, and the job is retried with backoff until its attempts are used up;
/// <see cref="DoNotRetryException"/> ends that at once, and <see cref="RetryAfterException"/> lengthens the pause. A job runs at least once: when the process dies in the
/// middle, or just before the completion was stored, it runs again, so outside effects should carry <see cref="JobContext.IdempotencyKey"/>.
/// </remarks>
/// <typeparam name="TPayload">What the job is given.</typeparam>
public interface IJobHandler<TPayload>
    where TPayload : notnull
{
    /// <summary>Does the work of one attempt.</summary>
    /// <param name="context">The job, and what the run can tell about itself.</param>
    /// <param name="cancellationToken">Cancelled at the time limit, when somebody cancels the job, when the lease is lost and when the worker stops.</param>
    Task HandleAsync(JobContext<TPayload> context, CancellationToken cancellationToken);
}
