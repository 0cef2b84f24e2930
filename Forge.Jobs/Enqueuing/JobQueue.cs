using System.Diagnostics;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Forge.Jobs;

internal sealed class JobQueue : IJobQueue
{
    private const int SharedLimit = 500;

    /// <summary>One statement with payloads of more than this keeps others waiting for long.</summary>
    private const int SharedBytes = 4 * 1024 * 1024;
    private const int RowsPerStatement = 2_000;

    private const int MaxInsertAttempts = 5;
    private const string Savepoint = "forge_jobs_enqueue";

    /// <summary>A program that freezes in the middle of a bulk enqueue loses it, rather than keep its unique keys from everybody.</summary>
    private static readonly TimeSpan LongestIdleness = TimeSpan.FromSeconds(10);

    private readonly NpgsqlDataSource _dataSource;
    private readonly JobDispatch _dispatch;
    private readonly JobKindRegistry _kinds;
    private readonly JobMetrics _metrics;
    private readonly JobQueueOptions _options;
    private readonly TimeProvider _time;
    private readonly JobIds _ids;
    private readonly Unannounced _unannounced = new();
    private readonly SharedWrites<NewJob, EnqueueResult> _plainWrites;
    private readonly SharedWrites<NewJob, EnqueueResult> _delayedWrites;

    public JobQueue(NpgsqlDataSource dataSource, JobDispatch dispatch, JobKindRegistry kinds, JobMetrics metrics, IOptions<JobQueueOptions> options, TimeProvider time)
    {
        _dataSource = dataSource;
        _dispatch = dispatch;
        _kinds = kinds;
        _metrics = metrics;
        _options = options.Value;
        _time = time;
        _ids = new JobIds(time);
        _plainWrites = new SharedWrites<NewJob, EnqueueResult>(WritePlainAsync, SharedLimit, SharedBytes, BytesOf);
        _delayedWrites = new SharedWrites<NewJob, EnqueueResult>(jobs => WriteAsync(jobs, CancellationToken.None), SharedLimit, SharedBytes, BytesOf);
    }

    public Task<EnqueueResult> EnqueueAsync(JobRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        return SendAloneAsync([request], jobs => WriteAsync(jobs[0], cancellationToken), StoredOf);
    }

    public Task<EnqueueResult> EnqueueAsync(JobRequest request, NpgsqlTransaction transaction, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        var connection = ConnectionOf(transaction);
        return SendAsync([request], Store, StoredOf);

        async Task<EnqueueResult> Store(NewJob[] jobs)
        {
            var (results, ready) = await InsertOneByOneAsync(jobs, connection, transaction, cancellationToken);
            _unannounced.Add(ready);
            return results[0];
        }
    }

    public Task<EnqueueManyResult> EnqueueManyAsync(IReadOnlyList<JobRequest> requests, CancellationToken cancellationToken = default) =>
        SendManyAsync(requests, SendAloneAsync, async jobs =>
        {
            await using var connection = await _dataSource.OpenConnectionAsync(cancellationToken);
            if (jobs.All(job => job.IsPlain))
            {
                // One statement, so a transaction of its own.
                await JobInserter.CopyPlainAsync(jobs, connection, cancellationToken);
                _dispatch.Push([.. jobs.Select(job => job.Dispatched)]);
                return new EnqueueManyResult.Enqueued([.. jobs.Select(job => job.Id)]);
            }

            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
            await transaction.LimitIdlenessAsync(LongestIdleness, cancellationToken);
            var (result, ready) = await InsertAllAsync(jobs, connection, transaction, cancellationToken);
            if (result is EnqueueManyResult.Enqueued)
            {
                await transaction.CommitAsync(cancellationToken);
                _dispatch.Push(ready);
            }

            return result;
        });

    public Task<EnqueueManyResult> EnqueueManyAsync(IReadOnlyList<JobRequest> requests, NpgsqlTransaction transaction, CancellationToken cancellationToken = default)
    {
        var connection = ConnectionOf(transaction);
        return SendManyAsync(requests, SendAsync, async jobs =>
        {
            await transaction.SaveAsync(Savepoint, cancellationToken);
            var (result, ready) = await InsertAllAsync(jobs, connection, transaction, cancellationToken);
            if (result is EnqueueManyResult.Enqueued)
            {
                await transaction.ReleaseAsync(Savepoint, cancellationToken);
                _unannounced.Add(ready);
            }
            else
            {
                await transaction.RollbackAsync(Savepoint, cancellationToken);
            }

            return result;
        });
    }

    public Task AnnounceAsync(IReadOnlyCollection<Guid> jobIds, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(jobIds);
        var ready = new List<DispatchedJob>(jobIds.Count);
        foreach (var id in jobIds)
        {
            if (_unannounced.TryTake(id, out var job))
            {
                ready.Add(job);
            }
        }

        _dispatch.Push(ready);
        return Task.CompletedTask;
    }

    private static Task<EnqueueManyResult> SendManyAsync(
        IReadOnlyList<JobRequest> requests,
        Func<IReadOnlyList<JobRequest>, Func<NewJob[], Task<EnqueueManyResult>>, Func<EnqueueManyResult, bool>, Task<EnqueueManyResult>> send,
        Func<NewJob[], Task<EnqueueManyResult>> store)
    {
        ArgumentNullException.ThrowIfNull(requests);
        if (requests.Any(request => request is null))
        {
            throw new ArgumentException("One of the requests is null.", nameof(requests));
        }

        if (requests.Any(request => request.IdempotencyKey is not null))
        {
            throw new ArgumentException("An idempotency key is for single jobs.", nameof(requests));
        }

        return requests.Count == 0
            ? Task.FromResult<EnqueueManyResult>(new EnqueueManyResult.Enqueued([]))
            : send(requests, store, result => result is EnqueueManyResult.Enqueued);
    }

    /// <summary>Stores in a transaction of the library's own, whatever the caller's is.</summary>
    private async Task<TResult> SendAloneAsync<TResult>(IReadOnlyList<JobRequest> requests, Func<NewJob[], Task<TResult>> store, Func<TResult, bool> isStored)
    {
        using var own = OwnTransaction.Begin();
        try
        {
            return await SendAsync(requests, store, isStored);
        }
        catch (PostgresException exception) when (PostgresFailure.IsReadOnly(exception))
        {
            _dataSource.Clear();
            throw;
        }
    }

    /// <summary>The span and the figures around a write.</summary>
    private async Task<TResult> SendAsync<TResult>(IReadOnlyList<JobRequest> requests, Func<NewJob[], Task<TResult>> store, Func<TResult, bool> isStored)
    {
        var begun = _time.GetTimestamp();
        var queue = requests[0].Queue ?? _kinds.Get(requests[0].Kind).Options.Queue;
        using var activity = JobTelemetry.StartSend(queue, requests);
        var jobs = requests.Select(request => NewJob.From(request, _kinds, _options, _ids.Next(), activity ?? Activity.Current)).ToArray();
        JobTelemetry.DescribeSend(activity, jobs[0].Id, jobs.Length);
        string? errorType = null;
        var isNew = false;
        try
        {
            var result = await store(jobs);
            isNew = isStored(result);
            return result;
        }
        catch (Exception exception)
        {
            errorType = exception.GetType().FullName;
            JobTelemetry.Fail(activity, errorType!, exception.Message);
            throw;
        }
        finally
        {
            _metrics.Sent(isNew ? jobs : [], queue, _time.GetElapsedTime(begun), errorType);
        }
    }

    /// <summary>Concurrent callers share a commit, except for keys: an insert waits for a transaction that holds the same key and has not ended, and nobody else shall wait with it.</summary>
    private Task<EnqueueResult> WriteAsync(NewJob job, CancellationToken cancellationToken) =>
        job.IsPlain ? _plainWrites.WriteAsync(job, cancellationToken)
        : job.IsWithoutKeys ? _delayedWrites.WriteAsync(job, cancellationToken)
        : WriteAloneAsync(job, cancellationToken);

    private async Task<EnqueueResult> WriteAloneAsync(NewJob job, CancellationToken cancellationToken) => (await WriteAsync([job], cancellationToken))[0];

    private async Task<IReadOnlyList<EnqueueResult>> WritePlainAsync(IReadOnlyList<NewJob> jobs)
    {
        await using var connection = await _dataSource.OpenConnectionAsync(CancellationToken.None);
        await JobInserter.InsertPlainAsync(jobs, connection, CancellationToken.None);

        // Dying here, as below, leaves committed jobs that Redis does not know: the workers' fallback poll and sweep find them.
        _dispatch.Push([.. jobs.Select(job => job.Dispatched)]);
        return [.. jobs.Select(job => new EnqueueResult.Enqueued(job.Id))];
    }

    private async Task<IReadOnlyList<EnqueueResult>> WriteAsync(IReadOnlyList<NewJob> jobs, CancellationToken cancellationToken)
    {
        await using var connection = await _dataSource.OpenConnectionAsync(cancellationToken);
        var (results, ready) = await InsertOneByOneAsync(jobs, connection, null, cancellationToken);
        _dispatch.Push(ready);
        return results;
    }

    /// <summary>Each job has an outcome of its own.</summary>
    private static async Task<(IReadOnlyList<EnqueueResult> Results, List<DispatchedJob> Ready)> InsertOneByOneAsync(
        IReadOnlyList<NewJob> jobs, NpgsqlConnection connection, NpgsqlTransaction? transaction, CancellationToken cancellationToken)
    {
        var results = new Dictionary<Guid, EnqueueResult>(jobs.Count);
        var ready = new List<DispatchedJob>(jobs.Count);
        var open = jobs;
        for (var attempt = 0; open.Count > 0; attempt++)
        {
            var stored = await JobInserter.InsertAsync([.. open], connection, transaction, cancellationToken);
            foreach (var job in open)
            {
                if (stored.TryGetValue(job.Id, out var isReady))
                {
                    results[job.Id] = new EnqueueResult.Enqueued(job.Id);
                    if (isReady)
                    {
                        ready.Add(job.Dispatched);
                    }
                }
                else if (await JobInserter.FindConflictAsync(job, connection, transaction, cancellationToken) is { } conflict)
                {
                    results[job.Id] = conflict;
                }
            }

            // Neither stored nor in conflict: the job that held the key finished or was deleted in between.
            open = [.. open.Where(job => !results.ContainsKey(job.Id))];
            ThrowAfterTooMany(attempt, open);
        }

        return ([.. jobs.Select(job => results[job.Id])], ready);
    }

    /// <summary>All or none; undoing what was inserted is the caller's.</summary>
    private static async Task<(EnqueueManyResult Result, List<DispatchedJob> Ready)> InsertAllAsync(
        NewJob[] jobs, NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        var ready = new List<DispatchedJob>(jobs.Length);
        foreach (var chunk in jobs.Chunk(RowsPerStatement))
        {
            List<NewJob> open = [.. chunk];
            for (var attempt = 0; open.Count > 0; attempt++)
            {
                var stored = await JobInserter.InsertAsync(open, connection, transaction, cancellationToken);
                ready.AddRange(open.Where(job => stored.GetValueOrDefault(job.Id)).Select(job => job.Dispatched));
                open = [.. open.Where(job => !stored.ContainsKey(job.Id))];
                if (open.Count > 0 && await JobInserter.FindConflictAsync(open[0], connection, transaction, cancellationToken) is { } holder)
                {
                    var isOurs = jobs.Any(job => job.Id == holder.JobId);
                    return (new EnqueueManyResult.UniqueKeyTaken(Array.IndexOf(jobs, open[0]), isOurs ? null : holder.JobId), []);
                }

                ThrowAfterTooMany(attempt, open);
            }
        }

        return (new EnqueueManyResult.Enqueued([.. jobs.Select(job => job.Id)]), ready);
    }

    private static void ThrowAfterTooMany(int attempt, IReadOnlyList<NewJob> open)
    {
        if (open.Count > 0 && attempt == MaxInsertAttempts)
        {
            throw new InvalidOperationException("The job could not be stored: the jobs that hold its keys change faster than it can look.");
        }
    }

    private static int BytesOf(NewJob job) => job.Request.Payload.Length;

    private static bool StoredOf(EnqueueResult result) => result is EnqueueResult.Enqueued;

    private static NpgsqlConnection ConnectionOf(NpgsqlTransaction transaction)
    {
        ArgumentNullException.ThrowIfNull(transaction);
        return transaction.Connection ?? throw new ArgumentException("The transaction is over.", nameof(transaction));
    }
}
