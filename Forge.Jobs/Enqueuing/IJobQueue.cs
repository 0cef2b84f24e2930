using Npgsql;

namespace Forge.Jobs;

/// <summary>Enqueues durable jobs.</summary>
/// <remarks>
/// When a call without a transaction returns, the job is committed to Postgres: it runs at least once whatever dies afterwards.
/// A call that throws or is cancelled may still have stored the job; an idempotency key makes repeating it safe.
/// A call without a <see cref="NpgsqlTransaction"/> takes no part in a <see cref="System.Transactions.TransactionScope"/>: what it stores stays, whatever becomes of the scope.
/// Redis being down never fails a call; the workers then find the job in Postgres.
/// </remarks>
public interface IJobQueue
{
    /// <summary>Enqueues one job. Concurrent calls share a commit.</summary>
    /// <exception cref="ArgumentException">The kind is not registered, its payload type is another one, or an option is out of its range.</exception>
    Task<EnqueueResult> EnqueueAsync(JobRequest request, CancellationToken cancellationToken = default);

    /// <summary>Enqueues one job in the caller's transaction: both commit, or neither.</summary>
    /// <remarks>After the commit, <see cref="AnnounceAsync"/> lets a worker start it at once; without it, a worker finds it within its fallback poll.</remarks>
    /// <exception cref="ArgumentException">As above, or the transaction has no connection any more.</exception>
    Task<EnqueueResult> EnqueueAsync(JobRequest request, NpgsqlTransaction transaction, CancellationToken cancellationToken = default);

    /// <summary>Enqueues many jobs in one commit: all or none.</summary>
    /// <exception cref="ArgumentException">As above, or a request has an idempotency key.</exception>
    Task<EnqueueManyResult> EnqueueManyAsync(IReadOnlyList<JobRequest> requests, CancellationToken cancellationToken = default);

    /// <summary>Enqueues many jobs in the caller's transaction: all or none, and only if it commits.</summary>
    /// <exception cref="ArgumentException">As above, or the transaction has no connection any more.</exception>
    Task<EnqueueManyResult> EnqueueManyAsync(IReadOnlyList<JobRequest> requests, NpgsqlTransaction transaction, CancellationToken cancellationToken = default);

    /// <summary>Tells the workers about jobs that this process enqueued in a transaction which has been committed since.</summary>
    /// <remarks>
    /// It asks neither Postgres nor waits for Redis, and no outage makes it throw: the caller's work is committed. Call it once for each job. A worker finds within its fallback poll
    /// what is not announced: jobs that another process enqueued, that are among more than 100,000 not announced ones, or that Redis does not take.
    /// </remarks>
    Task AnnounceAsync(IReadOnlyCollection<Guid> jobIds, CancellationToken cancellationToken = default);
}
