using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;

namespace Forge.PostResponse;

/// <summary>The tasks of one request, from the first reservation until the last task has ended. Lives in the request's features.</summary>
internal sealed class PostResponseBatch
{
    private readonly Lock _lock = new();
    private readonly PostResponseLane _lane;
    private readonly List<PostResponseWork> _works = new(2);
    private readonly Activity? _requestActivity;
    private readonly string? _requestIdentifier;
    private int _reserved;
    private bool _isConfirmed;
    private bool _isClosed;

    private PostResponseBatch(HttpContext context, PostResponseLane lane)
    {
        _lane = lane;
        Method = context.Request.Method;
        Route = (context.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText;
        _requestActivity = context.Features.Get<IHttpActivityFeature>()?.Activity;
        _requestIdentifier = _requestActivity is null ? context.TraceIdentifier : null;
    }

    public string Method { get; }

    public string? Route { get; }

    public IReadOnlyList<PostResponseWork> Works => _works;

    /// <summary>True when a task of it holds a thread while it runs.</summary>
    public bool HasSynchronousWork { get; private set; }

    /// <summary>When the request ended and its tasks could start, in <see cref="TimeProvider.GetTimestamp"/> units.</summary>
    public long ReleasedAt { get; private set; }

    public ActivityContext RequestContext => _requestActivity?.Context ?? default;

    public string RequestTraceId => _requestIdentifier ?? _requestActivity!.TraceId.ToHexString();

    public static PostResponseBatch Of(HttpContext context, PostResponseLane lane)
    {
        if (context.Features.Get<PostResponseBatch>() is { } existing)
        {
            return existing;
        }

        var batch = new PostResponseBatch(context, lane);
        context.Features.Set(batch);
        return batch;
    }

    /// <summary>Keeps room that was taken before the handler ran.</summary>
    public void Reserve(int tasks) => _reserved += tasks;

    public void Add(PostResponseWork work)
    {
        lock (_lock)
        {
            if (_isClosed)
            {
                throw new InvalidOperationException($"The task '{work.Name}' was added after the response had ended.");
            }

            if (_works.Count >= _lane.Options.MaxTasksPerRequest)
            {
                _lane.Drop(work, this, DropReason.RequestLimit);
                return;
            }

            if (_reserved > 0)
            {
                _reserved--;
            }
            else if (!_lane.Room.TryTake(1))
            {
                _lane.Drop(work, this, DropReason.NoRoom);
                return;
            }

            _works.Add(work);
            HasSynchronousWork |= work is SynchronousWork;
        }
    }

    /// <summary>The handler has answered and the client is still there.</summary>
    public void Confirm() => _isConfirmed = true;

    /// <summary>The handler threw: whatever answer is made of that, the tasks do not run.</summary>
    public void Refuse() => Close(isConfirmed: false);

    /// <summary>The request is over, its span and its measured duration included. Now the tasks may start.</summary>
    public void Release(long timestamp)
    {
        ReleasedAt = timestamp;
        if (Close(_isConfirmed) && _works.Count > 0)
        {
            _lane.Enqueue(this);
        }
    }

    private bool Close(bool isConfirmed)
    {
        lock (_lock)
        {
            if (_isClosed)
            {
                return false;
            }

            _isClosed = true;
        }

        var unused = _reserved;
        _reserved = 0;
        if (!isConfirmed)
        {
            unused += _works.Count;
            _lane.Discard(this);
        }

        if (unused > 0)
        {
            _lane.Room.Return(unused);
        }

        return isConfirmed;
    }
}
