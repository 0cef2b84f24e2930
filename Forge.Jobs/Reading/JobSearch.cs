using Npgsql;

namespace Forge.Jobs;

/// <summary>The statement that finds a page of jobs, newest first, in a bounded time: it walks down the index that fits the filter best, and only so far.</summary>
/// <remarks>It returns the ids found, and the id after which to go on when the walk ended before the jobs did. Each source is written so that statistics, however old, cannot lead the planner elsewhere.</remarks>
internal sealed class JobSearch
{
    private const int TraceIdLength = 32;

    private readonly List<NpgsqlParameter> _parameters = [];
    private readonly List<string> _conditions = ["true"];
    private readonly string _sql;

    public JobSearch(JobFilter filter, Guid? after, int limit)
        : this(filter, JobWalk.Of(filter, after is not null), limit)
    {
        if (after is { } id)
        {
            _parameters.Add(new("after", id));
        }
    }

    private JobSearch(JobFilter filter, string walk, int limit)
    {
        Restrict("owner", filter.Owner, "owner = @owner");
        Restrict("state", filter.State?.ToName(), "state = @state");
        Restrict("states", filter.States?.Select(state => state.ToName()).ToArray(), "state = any (@states)");
        Restrict("kind", filter.Kind, "kind = @kind");
        Restrict("queue", filter.Queue, "queue = @queue");
        Restrict("created_from", filter.CreatedFrom?.ToUniversalTime(), "created_at >= @created_from");
        Restrict("created_before", filter.CreatedBefore?.ToUniversalTime(), "created_at < @created_before");
        Restrict("finished_from", filter.FinishedFrom?.ToUniversalTime(), "finished_at >= @finished_from");
        Restrict("finished_before", filter.FinishedBefore?.ToUniversalTime(), "finished_at < @finished_before");
        if (filter.ExceptStopping)
        {
            _conditions.Add("(state <> 'running' or cancel_requested_at is null)");
        }

        if (filter.Search is { } search)
        {
            Restrict("search", search, SearchCondition(search));
        }

        Restrict("error_type", filter.ErrorType, JobError.HasLatest("e.error_type = @error_type"));
        Restrict("error", filter.Error, JobError.HasLatest("strpos(lower(e.error_type || ' ' || coalesce(e.error_message, '')), lower(@error)) > 0"));
        Restrict("error_message", filter.ErrorMessage, JobError.HasLatest($"{JobError.Shape} = @error_message"));
        _parameters.Add(new("looked", filter.Search is null ? 5_000 : 20_000));
        _parameters.Add(new("limit", limit));
        // The rows of "looked" come in its order, newest first, and only as many as are asked for.
        _sql = $"""
            with recursive {walk}, found as (
                select id from looked where {string.Join(" and ", _conditions)} limit @limit
            )
            select array(select id from found order by id desc),
                   case when (select count(*) from found) < @limit then (select min(id::text)::uuid from looked having count(*) = @looked) end
            """;
    }

    /// <summary>Finds the job of this id, if the filter admits it.</summary>
    public static JobSearch ById(JobFilter filter, Guid id)
    {
        var search = new JobSearch(filter with { Search = null }, JobWalk.ById, limit: 1);
        search._parameters.Add(new("id", id));
        return search;
    }

    /// <summary>The ids found, newest first, and the id after which to go on when fewer than asked for were found among the jobs looked at.</summary>
    public async Task<(Guid[] Found, Guid? GoOnAfter)> FindAsync(NpgsqlDataSource dataSource, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(_sql);
        command.Parameters.AddRange(_parameters.ToArray());
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return (await reader.GetFieldValueAsync<Guid[]>(0, cancellationToken), await reader.IsDBNullAsync(1, cancellationToken) ? null : reader.GetGuid(1));
    }

    private static string SearchCondition(string search)
    {
        const string Keys = "unique_key = @search or idempotency_key = @search";
        return search.Length == TraceIdLength && search.All(char.IsAsciiHexDigitLower)
            ? $"({Keys} or split_part(traceparent, '-', 2) = @search or run_trace_id = @search or exists (select from jobs.attempt a where a.job_id = looked.id and a.trace_id = @search))"
            : $"({Keys})";
    }

    private void Restrict(string name, object? value, string condition)
    {
        if (value is not null)
        {
            _parameters.Add(new(name, value));
            _conditions.Add(condition);
        }
    }
}
