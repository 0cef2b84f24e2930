using Microsoft.Extensions.Options;

namespace Forge.Jobs;

/// <summary>What this worker can work on: its kinds up to their versions, and its queues without the paused ones.</summary>
internal sealed class WorkerScope
{
    private readonly Dictionary<string, JobHandlerRegistration> _handlers;
    private readonly JobKindRegistry _kinds;
    private HashSet<string> _paused = new(StringComparer.Ordinal);
    private volatile OpenScope _open;

    public WorkerScope(IEnumerable<JobHandlerRegistration> handlers, JobKindRegistry kinds, IOptions<JobWorkerOptions> options)
    {
        _handlers = handlers.ToDictionary(handler => handler.Kind, StringComparer.Ordinal);
        _kinds = kinds;
        Queues = options.Value.Queues.Count > 0 ? [.. options.Value.Queues] : [.. kinds.Queues];
        Kinds = [.. _handlers.Keys.Select(kinds.Get)];
        Unlimited = new KindVersions([.. Kinds.Where(kind => !kind.Options.IsLimited)]);
        _open = OpenWithout(_paused);
    }

    public IReadOnlyList<JobKind> Kinds { get; }

    /// <summary>The kinds whose jobs are on the lists.</summary>
    public KindVersions Unlimited { get; }

    public string[] Queues { get; }

    /// <summary>The queues that are worth looking into. Claims ask Postgres again, so a pause holds before it is known here.</summary>
    public string[] OpenQueues => _open.Queues;

    /// <summary>The lists in Redis of those queues that this worker can run.</summary>
    public IReadOnlyList<JobList> OpenLists => _open.Lists;

    public JobHandlerRegistration HandlerOf(string kind) => _handlers[kind];

    public JobKindOptions OptionsOf(string kind) => _kinds.Get(kind).Options;

    public bool CanRun(string kind, int version) => _handlers.ContainsKey(kind) && _kinds.Get(kind).CanRead(version);

    /// <summary>The job's kind when it has a limit.</summary>
    public string? LimitedKindOf(ClaimedJob job) => OptionsOf(job.Kind).IsLimited ? job.Kind : null;

    /// <summary>The job's payload in the version that its handler takes.</summary>
    public string PayloadOf(ClaimedJob job) => _kinds.Get(job.Kind).BringForward(job.Payload, job.Version);

    /// <summary>Takes note of the paused queues; true when one of them was paused and no longer is.</summary>
    public bool SetPaused(HashSet<string> paused)
    {
        var before = _paused;
        (_paused, _open) = (paused, OpenWithout(paused));
        return !before.IsSubsetOf(paused);
    }

    private OpenScope OpenWithout(HashSet<string> paused)
    {
        string[] open = [.. Queues.Except(paused, StringComparer.Ordinal)];
        return new OpenScope(open, [.. open.SelectMany(queue => Kinds.Where(kind => !kind.Options.IsLimited).SelectMany(kind => ListsOf(queue, kind)))]);
    }

    private static IEnumerable<JobList> ListsOf(string queue, JobKind kind) =>
        Enumerable.Range(kind.LowestVersion, kind.Options.Version - kind.LowestVersion + 1).Select(version => new JobList(queue, kind.Name, version));

    private sealed record OpenScope(string[] Queues, JobList[] Lists);
}
