using Microsoft.AspNetCore.Http;

namespace Forge.PostResponse;

/// <summary>Adds tasks that run after the response of the current request has been sent.</summary>
/// <remarks>
/// <para>
/// A request's tasks run one after the other in the order in which they were added, each in a dependency scope of its own. They do not run
/// when the handler threw, or when the client went away before the response was complete. A failing task is logged and counted; the
/// others still run.
/// </para>
/// <para>
/// Adding never blocks. An endpoint that says <c>RequirePostResponseCapacity</c> has its room reserved before its handler runs; without that,
/// or beyond it, a task that finds no room is dropped, named in the log and counted.
/// </para>
/// </remarks>
public sealed class PostResponseTasks
{
    private readonly IHttpContextAccessor _accessor;
    private readonly PostResponseLane _lane;
    private PostResponseBatch? _batch;

    internal PostResponseTasks(IHttpContextAccessor accessor, PostResponseLane lane)
    {
        _accessor = accessor;
        _lane = lane;
    }

    private PostResponseBatch Batch => _batch ??= PostResponseBatch.Of(
        _accessor.HttpContext ?? throw new InvalidOperationException("Post-response tasks can only be added while a request is being answered."),
        _lane);

    /// <summary>Adds a task whose type was registered with <see cref="PostResponseTasksBuilder.AddTask"/>.</summary>
    /// <param name="name">The name under which the type was registered.</param>
    /// <param name="arguments">What the task is handed.</param>
    /// <exception cref="ArgumentException">No task has that name, or it takes other arguments.</exception>
    /// <exception cref="InvalidOperationException">There is no current request, or its response has ended.</exception>
    public void Add<TArguments>(string name, TArguments arguments)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        Batch.Add(_lane.Registry.Find(name).CreateWork(arguments));
    }

    /// <summary>Adds asynchronous work. It must take what it needs from the services that it is handed, nothing from the request.</summary>
    /// <param name="name">A stable name for spans, metrics and logs, with few different values.</param>
    /// <param name="work">The work. It is handed the services of a scope of its own and the task's token.</param>
    /// <exception cref="InvalidOperationException">There is no current request, or its response has ended.</exception>
    public void Add(string name, Func<IServiceProvider, CancellationToken, Task> work)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(work);
        Batch.Add(new AsynchronousWork(name, _lane.DefaultSettings, work));
    }

    /// <summary>Adds synchronous work. It runs on one of a few threads kept for that, so it cannot starve the thread pool.</summary>
    /// <param name="name">A stable name for spans, metrics and logs, with few different values.</param>
    /// <param name="work">The work. It is handed the services of a scope of its own and the task's token.</param>
    /// <exception cref="InvalidOperationException">There is no current request, or its response has ended.</exception>
    public void Add(string name, Action<IServiceProvider, CancellationToken> work)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(work);
        Batch.Add(new SynchronousWork(name, _lane.DefaultSettings, _lane.Threads, work));
    }
}
