using Npgsql;

namespace Forge.Jobs;

/// <summary>The statement that finds a page of jobs, newest first, in a bounded time: it walks down the index that fits the filter best, and only so far.</summary>
/// <remarks>It returns the ids found, and the id after which to go on when the walk ended before the jobs did. Each source is written so that statistics, however old, cannot lead the planner elsewhere.</remarks>
internal sealed class JobSearch
{
    /// <summary>So many jobs one page looks at.</summary>
    private const int Looked = 5_000;

    private readonly List<NpgsqlParameter> _parameters = [];

    public JobSearch(JobFilter filter, Guid? after, int limit)
    {
        // The rows of "looked" come in its order, newest first, and only as many as are asked for.
        var source = SourceOf(filter, after is null ? "" : "and id < @after");
        var conditions = new List<string> { "true" };
        Restrict("after", after, null);
        Restrict("owner", filter.Owner, "owner = @owner");
        Restrict("state", filter.State?.ToName(), "state = @state");
        Restrict("kind", filter.Kind, "kind = @kind");
        Restrict("queue", filter.Queue, "queue = @queue");
        _parameters.Add(new("looked", Looked));
        _parameters.Add(new("limit", limit));
        Sql = $"""
            with recursive {source}, found as (
                select id from looked where {string.Join(" and ", conditions)} limit @limit
            )
            select array(select id from found order by id desc),
                   case when (select count(*) from found) < @limit then (select min(id::text)::uuid from looked having count(*) = @looked) end
            """;

        void Restrict(string name, object? value, string? condition)
        {
            if (value is not null)
            {
                _parameters.Add(new(name, value));
                if (condition is not null)
                {
                    conditions.Add(condition);
                }
            }
        }
    }

    public string Sql { get; }

    public void AddTo(NpgsqlCommand command) => command.Parameters.AddRange(_parameters.ToArray());

    /// <summary>The jobs to look at, as the table <c>looked</c>.</summary>
    private static string SourceOf(JobFilter filter, string after) => filter switch
    {
        // A range, since by "=" the planner could do without the owner's index and walk down the ids of everybody.
        { Owner: not null } => Looking($"owner >= @owner and owner <= @owner {after} order by owner desc, id desc"),
        { State: JobState.Discarded or JobState.Cancelled } => Looking($"state = '{filter.State.Value.ToName()}' {after} order by id desc"),
        { State: JobState.Scheduled or JobState.Retryable } => ByQueue(filter.State.Value.ToName(), after),
        { State: JobState.Running } => LookingFrom($"jobs.worker w, lateral (select {Columns} from jobs.job where state = 'running' and worker_id = w.id {after} limit (select @looked)) as job order by id desc"),
        _ => Looking($"true {after} order by id desc"),
    };

    private const string Columns = "id, kind, queue, state, owner";

    private static string Looking(string condition) => LookingFrom($"jobs.job where {condition}");

    private static string LookingFrom(string source) => $"looked as materialized (select job.id, job.kind, job.queue, job.state, job.owner from {source} limit (select @looked))";

    private static string ByQueue(string state, string after) =>
        $"""
        list as (
            (select queue from jobs.job where state = '{state}' order by queue limit 1)
            union all
            select following.*
            from list l, lateral (select queue from jobs.job where state = '{state}' and queue > l.queue order by queue limit 1) as following
        ), {LookingFrom($"list l, lateral (select {Columns} from jobs.job where state = '{state}' and queue = l.queue {after} order by id desc limit (select @looked)) as job order by id desc")}
        """;
}
