using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Microsoft.Extensions.Options;
using Npgsql;
using NpgsqlTypes;

namespace Forge.Jobs;

/// <summary>Reads jobs and queues from Postgres. Who may see what is the caller's decision: see <see cref="JobDetails.Owner"/>.</summary>
public sealed class JobReader
{
    private const int FiguresOf = 1_000;
    private const int PaceOf = 5_000;

    /// <summary>How many bytes of JSON results one page of a list carries, but for the last one.</summary>
    private const int MaxPageBytes = 4 * 1024 * 1024;

    /// <summary>How much longer a follower waits when Redis announces the changes.</summary>
    private const int QuietFactor = 10;

    private readonly NpgsqlDataSource _dataSource;
    private readonly JobDispatch _dispatch;
    private readonly JobKindRegistry _kinds;
    private readonly JobQueueOptions _options;
    private readonly TimeProvider _time;

    internal JobReader(NpgsqlDataSource dataSource, JobDispatch dispatch, JobKindRegistry kinds, IOptions<JobQueueOptions> options, TimeProvider time)
    {
        _dataSource = dataSource;
        _dispatch = dispatch;
        _kinds = kinds;
        _options = options.Value;
        _time = time;
    }

    /// <summary>One job with its attempts; null when there is none.</summary>
    public async Task<JobDetails?> FindAsync(Guid id, CancellationToken cancellationToken = default)
    {
        var (jobs, _) = await ReadJobsAsync("where id = @id", [new("id", id)], 1, cancellationToken);
        return jobs.SingleOrDefault();
    }

    /// <summary>Jobs, newest first. Pages are cut by id, so that rows which come and go meanwhile shift nothing.</summary>
    /// <remarks>A page of large results holds fewer jobs than <paramref name="limit"/>: it ends with the job whose JSON result takes it beyond 4 MiB.
    /// So does one for which many jobs must be passed over, which may hold none: each page looks at 5,000 jobs, and <see cref="JobPage.Next"/> goes on from there.</remarks>
    /// <param name="filter">Which jobs.</param>
    /// <param name="after">The <see cref="JobPage.Next"/> of the page before, or null for the first page.</param>
    /// <param name="limit">1 to 200.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    public async Task<JobPage> ListAsync(JobFilter filter, Guid? after = null, int limit = 50, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(filter);
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, JobLimits.MaxPageSize);
        var (found, goOnAfter) = after is null && Guid.TryParse(filter.Search, out var id)
            ? await JobSearch.ById(filter, id).FindAsync(_dataSource, cancellationToken)
            : ([], null);
        if (found.Length == 0)
        {
            (found, goOnAfter) = await new JobSearch(filter, after, limit + 1).FindAsync(_dataSource, cancellationToken);
        }

        if (found.Length == 0)
        {
            return new JobPage([], goOnAfter);
        }

        var ids = new NpgsqlParameter("ids", NpgsqlDbType.Array | NpgsqlDbType.Uuid) { Value = found };
        var (jobs, isCut) = await ReadJobsAsync("where id = any (@ids) order by id desc", [ids], limit, cancellationToken);
        // What was deleted since it was found is passed over; one found beyond the page says that there are more, deleted or not.
        return new JobPage(jobs, isCut ? jobs[^1].Id : found.Length > limit ? found[^1] : goOnAfter);
    }

    /// <summary>The figures of every queue that is known here or holds a job.</summary>
    public async Task<IReadOnlyList<QueueFigures>> GetQueuesAsync(CancellationToken cancellationToken = default) =>
        await ReadQueuesAsync(null, _kinds.Queues, cancellationToken);

    /// <summary>The figures of one queue; null when it is not known here, holds no job and was never paused.</summary>
    public async Task<QueueFigures?> FindQueueAsync(string queue, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(queue);
        var queues = await ReadQueuesAsync(queue, _kinds.Queues.Where(known => known == queue), cancellationToken);
        return queues.SingleOrDefault();
    }

    /// <summary>Figures of the latest runs: those of the 1,000 jobs that finished last, and of up to 1,000 that wait for their next attempt.</summary>
    public async Task<RunFigures> GetRunFiguresAsync(CancellationToken cancellationToken = default)
    {
        var waiting = await WaitingJobs.ReadAsync(_dataSource, _dispatch, null, cancellationToken);
        await using var command = _dataSource.CreateCommand(JobSql.RunFigures);
        command.Parameters.Add(new("jobs", FiguresOf));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        var durations = await reader.IsDBNullAsync(2, cancellationToken)
            ? null
            : await reader.GetFieldValueAsync<double[]>(2, cancellationToken);
        return new RunFigures(
            reader.GetInt64(0),
            reader.GetInt64(1),
            durations is [var p50, var p95, var p99] ? new RunDurations(TimeSpan.FromSeconds(p50), TimeSpan.FromSeconds(p95), TimeSpan.FromSeconds(p99)) : null,
            waiting.Sum(jobs => jobs.Count));
    }

    /// <summary>Opens what a job has produced. A file is read piece by piece; see <see cref="JobResultFile.Content"/>.</summary>
    public async Task<JobResult> OpenResultAsync(Guid id, CancellationToken cancellationToken = default)
    {
        await using var command = _dataSource.CreateCommand(
            """
            select j.state, j.result::text, f.content_type, f.file_name, octet_length(f.content), substring(f.content for @bytes)
            from jobs.job j
            left join jobs.result_file f on f.job_id = j.id
            where j.id = @id
            """);
        command.Parameters.Add(new("id", id));
        command.Parameters.Add(new("bytes", JobResultStream.PieceBytes));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        if (!await reader.ReadAsync(cancellationToken))
        {
            return new JobResult.NotFound();
        }

        var state = JobStateExtensions.Parse(reader.GetString(0));
        if (state is not JobState.Completed)
        {
            return new JobResult.NotCompleted(state);
        }

        if (reader.TextOrNull(1) is { } json)
        {
            return new JobResult.Json(JobRow.ParseJson(json));
        }

        if (reader.TextOrNull(2) is not { } contentType)
        {
            return new JobResult.Empty();
        }

        var length = reader.GetInt32(4);
        var content = new JobResultStream(_dataSource, id, length, await reader.GetFieldValueAsync<byte[]>(5, cancellationToken));
        return new JobResult.File(new JobResultFile(content, length, contentType, reader.GetString(3)));
    }

    /// <summary>Follows a job: its present state first, then each change that is seen, until it is finished or deleted. Ends at once when there is no such job.</summary>
    /// <remarks>
    /// Redis announces changes, and a slow poll finds what it loses; without it the poll is all there is, and quicker (<see cref="JobQueueOptions.FollowPollInterval"/>).
    /// Quick changes may be seen as one, the last state never goes unseen.
    /// </remarks>
    public async IAsyncEnumerable<JobSnapshot> FollowAsync(Guid id, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        using var changed = new Signal();
        using var listening = _dispatch.ListenForChanges(id, changed.Set);
        JobSnapshot? seen = null;
        var pause = _options.FollowPollInterval;
        while (await ReadSnapshotAsync(id, cancellationToken) is { } snapshot)
        {
            if (snapshot != seen)
            {
                yield return snapshot;
                seen = snapshot;
            }

            if (snapshot.State.IsFinished())
            {
                yield break;
            }

            // Redis may make a subscription, or renew one, after the look that was to follow it: the long pause comes only after a short one in which nothing was heard.
            var isHeard = await changed.WaitAsync(pause, _time, cancellationToken);
            pause = isHeard || _dispatch.Problem is not null ? _options.FollowPollInterval : _options.FollowPollInterval * QuietFactor;
        }
    }

    private async Task<List<QueueFigures>> ReadQueuesAsync(string? queue, IEnumerable<string> known, CancellationToken cancellationToken)
    {
        var waiting = (await WaitingJobs.ReadAsync(_dataSource, _dispatch, queue is null ? null : [queue], cancellationToken)).ToLookup(jobs => jobs.List.Queue, StringComparer.Ordinal);
        await using var command = _dataSource.CreateCommand(JobSql.QueueFigures);
        command.Parameters.Add(new("queue", NpgsqlDbType.Text) { Value = (object?)queue ?? DBNull.Value });
        command.Parameters.Add(new("known", known.Union(waiting.Select(jobs => jobs.Key), StringComparer.Ordinal).ToArray()));
        command.Parameters.Add(new("counted", (long)WaitingJobs.Counted));
        command.Parameters.Add(new("latest", (long)PaceOf));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var queues = new List<QueueFigures>();
        while (await reader.ReadAsync(cancellationToken))
        {
            var available = waiting[reader.GetString(0)].ToList();
            queues.Add(new QueueFigures(
                reader.GetString(0),
                available.Sum(jobs => jobs.Count),
                reader.GetInt64(1),
                reader.GetInt64(2),
                reader.GetInt64(3),
                reader.GetInt64(4),
                reader.GetBoolean(5),
                available.Select(jobs => jobs.OldestAge).DefaultIfEmpty().Max(),
                reader.GetInt64(6)));
        }

        return queues;
    }

    private async Task<JobSnapshot?> ReadSnapshotAsync(Guid id, CancellationToken cancellationToken)
    {
        await using var command = _dataSource.CreateCommand("select state, attempt, max_attempts, progress, message from jobs.job where id = @id");
        command.Parameters.Add(new("id", id));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken)
            ? new JobSnapshot(
                id,
                JobStateExtensions.Parse(reader.GetString(0)),
                reader.GetInt32(1),
                reader.GetInt32(2),
                reader.GetInt16(3),
                reader.TextOrNull(4))
            : null;
    }

    /// <summary>Up to <paramref name="limit"/> jobs with results of up to <see cref="MaxPageBytes"/>, and whether there are more.</summary>
    private async Task<(List<JobDetails> Jobs, bool IsCut)> ReadJobsAsync(
        string condition, IReadOnlyList<NpgsqlParameter> parameters, int limit, CancellationToken cancellationToken)
    {
        var (isCut, resultBytes) = (false, 0);
        await using var command = _dataSource.CreateCommand($"{JobSql.ReadJobs}\n{condition}");
        command.Parameters.AddRange(parameters.ToArray());
        var jobs = new List<JobDetails>();
        var own = new Dictionary<Guid, JobAttempt>();
        await using (var reader = await command.ExecuteReaderAsync(cancellationToken))
        {
            while (await reader.ReadAsync(cancellationToken))
            {
                if (jobs.Count == limit || resultBytes > MaxPageBytes)
                {
                    isCut = true;
                    break;
                }

                var job = JobRow.ReadJob(reader);
                jobs.Add(job);
                resultBytes += job.Result is { } result ? JsonMarshal.GetRawUtf8Value(result).Length : 0;
                if (JobRow.ReadOwnAttempt(reader) is { } attempt)
                {
                    own.Add(job.Id, attempt);
                }
            }
        }

        var ended = await ReadAttemptsAsync([.. jobs.Select(job => job.Id)], cancellationToken);
        return ([.. jobs.Select(job => job with
        {
            Attempts = own.TryGetValue(job.Id, out var last) ? [.. ended[job.Id], last] : [.. ended[job.Id]],
        })], isCut);
    }

    private async Task<ILookup<Guid, JobAttempt>> ReadAttemptsAsync(Guid[] ids, CancellationToken cancellationToken)
    {
        await using var command = _dataSource.CreateCommand(
            """
            select job_id, attempt, started_at, finished_at, outcome, trace_id, worker_id, error_type, error_message
            from jobs.attempt
            where job_id = any (@ids)
            order by job_id, lease_token
            """);
        command.Parameters.Add(new("ids", NpgsqlDbType.Array | NpgsqlDbType.Uuid) { Value = ids });
        var attempts = new List<(Guid JobId, JobAttempt Attempt)>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            attempts.Add((reader.GetGuid(0), JobRow.ReadEndedAttempt(reader)));
        }

        return attempts.ToLookup(attempt => attempt.JobId, attempt => attempt.Attempt);
    }
}
