using System.Collections.Concurrent;
using Microsoft.Extensions.Options;

namespace Forge.PostResponse;

/// <summary>A few threads for synchronous tasks, started as they are needed. Those that block here cannot starve the thread pool.</summary>
/// <remarks>There are as many threads as the lane has runners for requests with a synchronous task, so a call never waits for a thread.</remarks>
internal sealed class SynchronousThreads(IOptions<PostResponseOptions> options) : IDisposable
{
    private readonly BlockingCollection<Call> _calls = [];
    private readonly Lock _lock = new();
    private readonly int _limit = options.Value.SynchronousThreads;
    private int _started;
    private int _idle;
    private int _waiting;

    public Task RunAsync(Action body, CancellationToken cancellationToken)
    {
        var call = new Call(body, ExecutionContext.Capture(), cancellationToken);
        Reserve();
        _calls.Add(call, CancellationToken.None);
        return call.Ended.Task;
    }

    public void Dispose() => _calls.CompleteAdding();

    /// <summary>Takes an idle thread for the call, starts one, or has the call wait for the first that becomes free.</summary>
    private void Reserve()
    {
        lock (_lock)
        {
            if (_idle > 0)
            {
                _idle--;
            }
            else if (_started < _limit)
            {
                _started++;
                new Thread(RunCalls) { IsBackground = true, Name = $"post-response {_started}" }.UnsafeStart();
            }
            else
            {
                _waiting++;
            }
        }
    }

    private void RunCalls()
    {
        foreach (var call in _calls.GetConsumingEnumerable())
        {
            call.Run();
            lock (_lock)
            {
                if (_waiting > 0)
                {
                    _waiting--;
                }
                else
                {
                    _idle++;
                }
            }
        }
    }

    private sealed class Call(Action body, ExecutionContext? context, CancellationToken cancellationToken)
    {
        public TaskCompletionSource Ended { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Run()
        {
            if (cancellationToken.IsCancellationRequested)
            {
                Ended.SetCanceled(cancellationToken);
                return;
            }

            try
            {
                // The context carries the task's own span and log scopes, nothing of the request: a runner has none of it.
                if (context is null)
                {
                    body();
                }
                else
                {
                    ExecutionContext.Run(context, static body => ((Action)body!)(), body);
                }

                Ended.SetResult();
            }
            catch (Exception exception)
            {
                Ended.SetException(exception);
            }
        }
    }
}
