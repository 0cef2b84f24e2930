using System.Collections.Concurrent;
using System.Diagnostics;

namespace Aspire.Clients.Tests;

/// <summary>Gathers the ended spans of a source.</summary>
internal sealed class SpanCollector : IDisposable
{
    private readonly ConcurrentQueue<Activity> _spans = new();
    private readonly ActivityListener _listener;

    public SpanCollector(string source)
    {
        _listener = new ActivityListener
        {
            ShouldListenTo = candidate => candidate.Name == source,
            Sample = (ref _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = _spans.Enqueue,
        };
        ActivitySource.AddActivityListener(_listener);
    }

    public IEnumerable<Activity> All => _spans;

    public IEnumerable<Activity> Of(Activity parent) => _spans.Where(span => span.TraceId == parent.TraceId);

    public async Task WaitForAsync(Activity parent, int count)
    {
        while (Of(parent).Count() < count)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(50), TestContext.Current.CancellationToken);
        }
    }

    public void Dispose() => _listener.Dispose();
}
