namespace Forge.Jobs;

/// <summary>The jobs that a statement looks at, newest first, as its table <c>looked</c>: no more than <c>@looked</c> of them, by the index that fits best.</summary>
internal static class JobWalk
{
    private const string Plain = "id, kind, queue, state, owner, created_at, finished_at, cancel_requested_at";
    private const string WithKeys = $"{Plain}, unique_key, idempotency_key, traceparent, run_trace_id";

    /// <summary>One job, <c>@id</c>.</summary>
    public static string ById { get; } = Looking(Plain, "jobs.job where id = @id");

    /// <param name="filter">Its owner and its state decide which index; <c>@owner</c> is its owner.</param>
    /// <param name="goesOn">Whether the walk begins below <c>@after</c>.</param>
    public static string Of(JobFilter filter, bool goesOn)
    {
        var after = goesOn ? "and id < @after" : "";
        var columns = filter.Search is null ? Plain : WithKeys;
        var state = filter.State ?? (filter.States is [var only] ? only : null);
        return (filter.Owner, state) switch
        {
            // A range, since by "=" the planner could do without the owner's index and walk down the ids of everybody.
            (not null, _) => Looking(columns, $"jobs.job where owner >= @owner and owner <= @owner {after} order by owner desc, id desc"),
            (_, JobState.Discarded or JobState.Cancelled) => Looking(columns, $"jobs.job where state = '{state.Value.ToName()}' {after} order by id desc"),
            (_, JobState.Scheduled or JobState.Retryable) => ByQueue(columns, state.Value.ToName(), after),
            (_, JobState.Running) => Looking(
                columns,
                $"jobs.worker w, lateral (select {columns} from jobs.job where state = 'running' and worker_id = w.id {after} limit (select @looked)) as job order by id desc"),
            _ => Looking(columns, $"jobs.job where true {after} order by id desc"),
        };
    }

    private static string Looking(string columns, string source) =>
        $"looked as materialized (select {string.Join(", ", columns.Split(", ").Select(column => $"job.{column}"))} from {source} limit (select @looked))";

    private static string ByQueue(string columns, string state, string after) =>
        $"""
        list as (
            (select queue from jobs.job where state = '{state}' order by queue limit 1)
            union all
            select following.*
            from list l, lateral (select queue from jobs.job where state = '{state}' and queue > l.queue order by queue limit 1) as following
        ), {Looking(columns, $"list l, lateral (select {columns} from jobs.job where state = '{state}' and queue = l.queue {after} order by id desc limit (select @looked)) as job order by id desc")}
        """;
}
