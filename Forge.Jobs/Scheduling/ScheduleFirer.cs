using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using NpgsqlTypes;
using OpenTelemetry;

namespace Forge.Jobs;

/// <summary>Enqueues the jobs of due schedules. Several workers may do it at the same time: each fire is one transaction, and there is one for each fire time.</summary>
internal sealed partial class ScheduleFirer(
    NpgsqlDataSource dataSource,
    IJobQueue queue,
    JobKindRegistry kinds,
    IOptions<JobWorkerOptions> options,
    ILogger<ScheduleFirer> logger)
{
    /// <summary>A fire that is later than this was missed: it is caught up, and whatever else fell into that time with it.</summary>
    private static readonly TimeSpan MissedAfter = TimeSpan.FromSeconds(10);

    private readonly KindVersions _known = new(kinds.Kinds);

    /// <summary>How long until a schedule is due that this program can fire, by Postgres' clock; null when there is none.</summary>
    /// <param name="failed">Schedules to leave out.</param>
    /// <param name="cancellationToken">Stops looking.</param>
    public async Task<TimeSpan?> UntilNextAsync(IReadOnlyCollection<string> failed, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(JobSql.NextFire);
        AddScope(command, failed);
        return await command.ExecuteScalarAsync(cancellationToken) as TimeSpan?;
    }

    /// <summary>Fires the schedule that is due first; false when none is, or others have them all in hand. A schedule that throws is added to <paramref name="failed"/>.</summary>
    /// <remarks>
    /// Dying before the commit: the fire did not happen, and the next worker does it. Dying after it: the job is stored, and Redis may not know it; the
    /// fallback poll and the sweep find it. Freezing before the commit keeps the schedule locked until Postgres ends the transaction, which it does when that has been idle for one lease.
    /// </remarks>
    public async Task<bool> FireNextAsync(ICollection<string> failed, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await transaction.LimitIdlenessAsync(options.Value.LeaseDuration, cancellationToken);
        if (await LockDueAsync([.. failed], transaction, cancellationToken) is not { } due)
        {
            return false;
        }

        try
        {
            var fired = await FireAsync(due, transaction, cancellationToken);
            await transaction.CommitAsync(cancellationToken);
            if (fired is { } job)
            {
                await queue.AnnounceAsync([job], CancellationToken.None);
            }
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            failed.Add(due.Job.Name);
            FireFailed(exception, due.Job.Name);
        }

        return true;
    }

    private async Task<Guid?> FireAsync(DueSchedule due, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        var name = due.Job.Name;
        var errors = new Dictionary<string, string[]>(StringComparer.Ordinal);
        if (CronSchedule.Read(due.Cron, due.TimeZone, errors) is not { } cron)
        {
            // Only a change by hand, or a system that no longer knows the zone. Nobody can say when it would fire next: it waits to be put again.
            var unreadable = string.Join("; ", errors.Select(error => $"{error.Key} {string.Join(", ", error.Value)}"));
            NotFired(name, due.FireAt, unreadable);
            await EndAsync(due, next: null, jobId: null, unreadable, transaction, cancellationToken);
            return null;
        }

        var isMissed = due.Now - due.FireAt > MissedAfter;
        var next = cron.NextAfter(isMissed ? due.Now : due.FireAt);
        if (!await IsFirstAsync(due, isMissed, transaction, cancellationToken))
        {
            AlreadyFired(name, due.FireAt);
            await EndAsync(due, next, due.LastJobId, error: null, transaction, cancellationToken);
            return null;
        }

        var (job, error) = await EnqueueAsync(due.Job, transaction, cancellationToken);
        await EndAsync(due, next, job, error, transaction, cancellationToken);
        if (error is not null)
        {
            NotFired(name, due.FireAt, error);
        }
        else if (isMissed)
        {
            CaughtUp(name, due.FireAt, next);
        }

        return job;
    }

    /// <summary>Enqueues like any other caller; the job's trace begins here, while the looking around it is not traced.</summary>
    private async Task<(Guid? JobId, string? Error)> EnqueueAsync(ScheduledJob scheduled, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        if (scheduled.ToRequest(kinds, out var problem) is not { } request)
        {
            return (null, problem);
        }

        using var traced = SuppressInstrumentationScope.Begin(value: false);
        try
        {
            return await queue.EnqueueAsync(request, transaction, cancellationToken) switch
            {
                EnqueueResult.Enqueued(var id) => (id, null),
                var taken => (null, $"The job {taken.JobId} of an earlier fire lives and holds the unique key."),
            };
        }
        catch (ArgumentException exception)
        {
            // A queue that is no longer known, or a payload that is now too large: refused before anything was written.
            return (null, exception.Message);
        }
    }

    private async Task<DueSchedule?> LockDueAsync(IReadOnlyCollection<string> failed, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(JobSql.DueSchedule, transaction.Connection, transaction);
        AddScope(command, failed);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken)
            ? new DueSchedule(
                ScheduledJob.Read(reader),
                reader.GetString(9),
                reader.GetString(10),
                reader.Time(11),
                reader.Time(12),
                await reader.IsDBNullAsync(13, cancellationToken) ? null : reader.GetGuid(13))
            : null;
    }

    private static async Task<bool> IsFirstAsync(DueSchedule due, bool isMissed, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            "insert into jobs.schedule_fire (schedule, fire_at, is_missed) values (@name, @fire_at, @is_missed) on conflict do nothing", transaction.Connection, transaction);
        command.Parameters.Add(new("name", due.Job.Name));
        command.Parameters.Add(new("fire_at", due.FireAt));
        command.Parameters.Add(new("is_missed", isMissed));
        return await command.ExecuteNonQueryAsync(cancellationToken) == 1;
    }

    private static async Task EndAsync(DueSchedule due, DateTimeOffset? next, Guid? jobId, string? error, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(JobSql.EndFire, transaction.Connection, transaction);
        command.Parameters.Add(new("name", due.Job.Name));
        command.Parameters.Add(new("fire_at", due.FireAt));
        command.Parameters.Add(new("next_fire_at", NpgsqlDbType.TimestampTz) { Value = (object?)next ?? DBNull.Value });
        command.Parameters.Add(new("job_id", NpgsqlDbType.Uuid) { Value = (object?)jobId ?? DBNull.Value });
        command.Parameters.Add(new("error", NpgsqlDbType.Text) { Value = (object?)error ?? DBNull.Value });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private void AddScope(NpgsqlCommand command, IReadOnlyCollection<string> failed)
    {
        _known.AddTo(command);
        command.Parameters.Add(new("failed", failed.ToArray()));
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Schedule {Schedule} was due at {FireAt} while no worker ran; it was caught up once and fires next at {NextFireAt}.")]
    private partial void CaughtUp(string schedule, DateTimeOffset fireAt, DateTimeOffset? nextFireAt);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Schedule {Schedule} enqueued no job for {FireAt}: {Reason}")]
    private partial void NotFired(string schedule, DateTimeOffset fireAt, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Schedule {Schedule} had fired for {FireAt} before; it was not fired again.")]
    private partial void AlreadyFired(string schedule, DateTimeOffset fireAt);

    [LoggerMessage(Level = LogLevel.Error, Message = "Schedule {Schedule} could not be fired; it is tried again.")]
    private partial void FireFailed(Exception exception, string schedule);

    private sealed record DueSchedule(ScheduledJob Job, string Cron, string TimeZone, DateTimeOffset FireAt, DateTimeOffset Now, Guid? LastJobId);
}
