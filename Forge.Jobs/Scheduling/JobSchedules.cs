using Microsoft.Extensions.Options;
using Npgsql;
using NpgsqlTypes;

namespace Forge.Jobs;

/// <summary>Keeps the schedules, which workers fire. Who may change them is the caller's decision.</summary>
/// <remarks>Times are decided by Postgres' clock. A change takes effect at once; without Redis, within the workers' <see cref="JobWorkerOptions.SchedulePollInterval"/>. No call takes part in a <see cref="System.Transactions.TransactionScope"/>.</remarks>
public sealed class JobSchedules
{
    private static readonly string[] NameErrors = [ScheduleName.Rule];
    private static readonly string[] NeverFires = ["has no fire time in the future"];

    private readonly NpgsqlDataSource _dataSource;
    private readonly JobDispatch _dispatch;
    private readonly IJobQueue _queue;
    private readonly JobKindRegistry _kinds;
    private readonly JobQueueOptions _options;

    internal JobSchedules(NpgsqlDataSource dataSource, JobDispatch dispatch, IJobQueue queue, JobKindRegistry kinds, IOptions<JobQueueOptions> options)
    {
        _dataSource = dataSource;
        _dispatch = dispatch;
        _queue = queue;
        _kinds = kinds;
        _options = options.Value;
    }

    /// <summary>Stores a schedule, in place of the one of the same name if there is one.</summary>
    /// <remarks>The next fire time is kept when the rule (cron, zone, enabled) stays as it was, and counted from now otherwise: what fell into a time in which it was disabled is not caught up.</remarks>
    /// <exception cref="ArgumentException">The job is not one that can be enqueued (see <see cref="IJobQueue"/>), or has a delay, a run time or an idempotency key.</exception>
    public async Task<PutScheduleResult> PutAsync(JobScheduleRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (request.Job is { Delay: not null } or { RunAt: not null } or { IdempotencyKey: not null })
        {
            throw new ArgumentException("A schedule's job has no delay, no run time and no idempotency key.", nameof(request));
        }

        using var own = OwnTransaction.Begin();
        var job = NewJob.From(request.Job, _kinds, _options, Guid.Empty, sender: null);
        var errors = new Dictionary<string, string[]>(StringComparer.Ordinal);
        if (!ScheduleName.IsValid(request.Name))
        {
            errors["name"] = NameErrors;
        }

        var cron = CronSchedule.Read(request.Cron, request.TimeZone, errors);
        var next = cron?.NextAfter(await ReadNowAsync(cancellationToken));
        if (cron is not null && next is null)
        {
            errors["cron"] = NeverFires;
        }

        if (cron is null || errors.Count > 0)
        {
            return new PutScheduleResult.Invalid(errors);
        }

        var isNew = await StoreAsync(request, job, request.IsEnabled ? next : null, cancellationToken);
        _dispatch.AnnounceSchedules();
        return await FindAsync(request.Name, cancellationToken) is not { } schedule ? await PutAsync(request, cancellationToken) // deleted at this very moment
            : isNew ? new PutScheduleResult.Created(schedule)
            : new PutScheduleResult.Updated(schedule);
    }

    /// <summary>Deletes a schedule; false when there is none. Jobs that it has enqueued stay. When it returns, nothing fires any more.</summary>
    public async Task<bool> DeleteAsync(string name, CancellationToken cancellationToken = default)
    {
        using var own = OwnTransaction.Begin();
        await using var command = CreateCommand("delete from jobs.schedule where name = @name", name);
        return ScheduleName.IsValid(name) && await command.ExecuteNonQueryAsync(cancellationToken) > 0;
    }

    /// <summary>One schedule; null when there is none.</summary>
    public async Task<JobSchedule?> FindAsync(string name, CancellationToken cancellationToken = default)
    {
        using var own = OwnTransaction.Begin();
        await using var command = CreateCommand($"{JobSql.ReadSchedules} where name = @name", name);
        return ScheduleName.IsValid(name) ? (await ReadAsync(command, cancellationToken)).SingleOrDefault() : null;
    }

    /// <summary>Schedules by name.</summary>
    /// <param name="owner">Only those whose jobs belong to this owner; null for all.</param>
    /// <param name="after">The <see cref="JobSchedulePage.Next"/> of the page before, or null for the first page.</param>
    /// <param name="limit">1 to <see cref="JobLimits.MaxPageSize"/>.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    public async Task<JobSchedulePage> ListAsync(string? owner = null, string? after = null, int limit = 50, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, JobLimits.MaxPageSize);
        using var own = OwnTransaction.Begin();
        await using var command = _dataSource.CreateCommand(
            $"{JobSql.ReadSchedules} where (@owner is null or owner = @owner) and (@after is null or name > @after) order by name limit @limit");
        command.Parameters.Add(new("owner", NpgsqlDbType.Text) { Value = (object?)owner ?? DBNull.Value });
        command.Parameters.Add(new("after", NpgsqlDbType.Text) { Value = (object?)after ?? DBNull.Value });
        command.Parameters.Add(new("limit", limit + 1));
        var schedules = await ReadAsync(command, cancellationToken);
        return schedules.Count > limit
            ? new JobSchedulePage(schedules[..limit], schedules[limit - 1].Name)
            : new JobSchedulePage(schedules, null);
    }

    /// <summary>Enqueues a schedule's job now, whether it is enabled or not. Its fire times stay as they are.</summary>
    public async Task<RunScheduleResult> RunNowAsync(string name, CancellationToken cancellationToken = default)
    {
        using var own = OwnTransaction.Begin();
        if (await FindJobAsync(name, cancellationToken) is not { } job)
        {
            return new RunScheduleResult.NotFound();
        }

        if (job.ToRequest(_kinds, out var problem) is not { } request)
        {
            return new RunScheduleResult.NotRunnable(problem!);
        }

        try
        {
            return await _queue.EnqueueAsync(request, cancellationToken) switch
            {
                EnqueueResult.Enqueued(var id) => new RunScheduleResult.Enqueued(id),
                var taken => new RunScheduleResult.UniqueKeyTaken(taken.JobId),
            };
        }
        catch (ArgumentException exception)
        {
            // As at a fire: a queue that is no longer known, or a payload that is now too large.
            return new RunScheduleResult.NotRunnable(exception.Message);
        }
    }

    private async Task<ScheduledJob?> FindJobAsync(string name, CancellationToken cancellationToken)
    {
        await using var command = CreateCommand($"select {ScheduledJob.Columns} from jobs.schedule where name = @name", name);
        if (!ScheduleName.IsValid(name))
        {
            return null;
        }

        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? ScheduledJob.Read(reader) : null;
    }

    private async Task<DateTimeOffset> ReadNowAsync(CancellationToken cancellationToken)
    {
        await using var command = _dataSource.CreateCommand("select now()");
        return (DateTime)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    private async Task<bool> StoreAsync(JobScheduleRequest request, NewJob job, DateTimeOffset? next, CancellationToken cancellationToken)
    {
        await using var command = CreateCommand(JobSql.PutSchedule, request.Name);
        Add("kind", NpgsqlDbType.Text, job.Request.Kind);
        Add("version", NpgsqlDbType.Integer, job.Version);
        Add("payload", NpgsqlDbType.Jsonb, job.Request.Payload);
        Add("queue", NpgsqlDbType.Text, job.Request.Queue);
        Add("priority", NpgsqlDbType.Smallint, (short)job.Request.Priority);
        Add("max_attempts", NpgsqlDbType.Integer, job.Request.MaxAttempts);
        Add("owner", NpgsqlDbType.Text, job.Request.Owner);
        Add("unique_key", NpgsqlDbType.Text, job.Request.UniqueKey);
        Add("cron", NpgsqlDbType.Text, request.Cron);
        Add("time_zone", NpgsqlDbType.Text, request.TimeZone);
        Add("enabled", NpgsqlDbType.Boolean, request.IsEnabled);
        Add("next_fire_at", NpgsqlDbType.TimestampTz, next);
        return (bool)(await command.ExecuteScalarAsync(cancellationToken))!;

        void Add(string parameter, NpgsqlDbType type, object? value) => command.Parameters.Add(new(parameter, type) { Value = value ?? DBNull.Value });
    }

    private async Task<List<JobSchedule>> ReadAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var schedules = new List<JobSchedule>();
        while (await reader.ReadAsync(cancellationToken))
        {
            schedules.Add(ScheduleRow.Read(reader, _kinds));
        }

        return schedules;
    }

    private NpgsqlCommand CreateCommand(string sql, string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        var command = _dataSource.CreateCommand(sql);
        command.Parameters.Add(new("name", name));
        return command;
    }
}
