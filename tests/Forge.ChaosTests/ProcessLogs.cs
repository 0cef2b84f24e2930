using System.Collections.Concurrent;

namespace Forge.ChaosTests;

/// <summary>What the processes say, shown with a failed test.</summary>
internal sealed class ProcessLogs : IAsyncDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private readonly ConcurrentQueue<string> _lines = [];
    private readonly Task _reading;

    public ProcessLogs(ResourceLoggerService logs, IEnumerable<string> names)
    {
        _reading = Task.WhenAll(names.Select(name => ReadAsync(logs, name)));
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _reading;
        _stopping.Dispose();
        foreach (var line in _lines)
        {
            TestContext.Current.TestOutputHelper?.WriteLine(line);
        }
    }

    private async Task ReadAsync(ResourceLoggerService logs, string name)
    {
        try
        {
            await foreach (var lines in logs.WatchAsync(name).WithCancellation(_stopping.Token))
            {
                foreach (var line in lines)
                {
                    _lines.Enqueue($"{name}: {line.Content}");
                }
            }
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // The scenario is over.
        }
    }
}
