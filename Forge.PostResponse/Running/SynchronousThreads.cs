using System.Collections.Concurrent;
using Microsoft.Extensions.Options;

namespace Forge.PostResponse;

/// <summary>A few threads for synchronous tasks, started as they are needed. Those that block here cannot starve the thread pool.</summary>
internal sealed class SynchronousThreads(IOptions<PostResponseOptions> options) : IDisposable
{
    private readonly BlockingCollection<Call> _calls = [];
    private readonly int _limit = options.Value.SynchronousThreads;
    private int _started;
    private int _idle;

    public Task RunAsync(Action body, CancellationToken cancellationToken)
    {
        var call = new Call(body, ExecutionContext.Capture(), cancellationToken);
        if (Volatile.Read(ref _idle) <= _calls.Count)
        {
            StartThread();
        }

        _calls.Add(call, CancellationToken.None);
        return call.Ended.Task;
    }

    public void Dispose() => _calls.CompleteAdding();

    private void StartThread()
    {
        var number = Interlocked.Increment(ref _started);
        if (number > _limit)
        {
            Interlocked.Decrement(ref _started);
            return;
        }

        new Thread(RunCalls) { IsBackground = true, Name = $"post-response {number}" }.UnsafeStart();
    }

    private void RunCalls()
    {
        Interlocked.Increment(ref _idle);
        foreach (var call in _calls.GetConsumingEnumerable())
        {
            Interlocked.Decrement(ref _idle);
            call.Run();
            Interlocked.Increment(ref _idle);
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
