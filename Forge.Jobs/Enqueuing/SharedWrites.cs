using Npgsql;
using OpenTelemetry;

namespace Forge.Jobs;

/// <summary>Lets concurrent writers share a statement and its commit: what gathers while one write is under way goes with the next. No timer, so a lone writer waits for nobody.</summary>
/// <param name="write">Writes a batch, and returns the results in its order.</param>
/// <param name="limit">How many items a batch has at most.</param>
/// <param name="bytesLimit">A batch ends with the item that takes it to this size.</param>
/// <param name="bytesOf">The size of an item; nothing where it does not matter.</param>
internal sealed class SharedWrites<TItem, TResult>(
    Func<IReadOnlyList<TItem>, Task<IReadOnlyList<TResult>>> write, int limit, int bytesLimit = int.MaxValue, Func<TItem, int>? bytesOf = null)
{
    private readonly Lock _gate = new();
    private readonly Queue<Waiting> _waiting = new();
    private bool _isWriting;

    /// <summary>Writes the item together with others. Cancelling takes it back only until its write has begun; after that it merely stops waiting.</summary>
    public Task<TResult> WriteAsync(TItem item, CancellationToken cancellationToken)
    {
        var waiting = new Waiting(item, cancellationToken);
        lock (_gate)
        {
            _waiting.Enqueue(waiting);
            if (!_isWriting)
            {
                _isWriting = true;
                // Without the caller's execution context: the write belongs to all who share it, not to the trace of the first.
                using (ExecutionContext.SuppressFlow())
                {
                    _ = Task.Run(WriteAllAsync, CancellationToken.None);
                }
            }
        }

        return waiting.Result.Task.WaitAsync(cancellationToken);
    }

    private async Task WriteAllAsync()
    {
        using var untraced = SuppressInstrumentationScope.Begin();
        while (NextBatch() is { Count: > 0 } batch)
        {
            await WriteBatchAsync(batch);
            // Those who were just answered often write again at once; let them, so that they share the next write rather than the one after it.
            await Task.Yield();
        }
    }

    private List<Waiting> NextBatch()
    {
        lock (_gate)
        {
            var batch = new List<Waiting>(Math.Min(limit, _waiting.Count));
            var bytes = 0L;
            while (batch.Count < limit && bytes < bytesLimit && _waiting.TryDequeue(out var waiting))
            {
                if (!waiting.IsGivenUp)
                {
                    batch.Add(waiting);
                    bytes += bytesOf?.Invoke(waiting.Item) ?? 0;
                }
            }

            _isWriting = batch.Count > 0;
            return batch;
        }
    }

    private async Task WriteBatchAsync(List<Waiting> batch)
    {
        try
        {
            var results = await write([.. batch.Select(waiting => waiting.Item)]);
            for (var i = 0; i < batch.Count; i++)
            {
                batch[i].Result.SetResult(results[i]);
            }
        }
        catch (Exception exception) when (batch.Count > 1 && (PostgresFailure.IsAboutTheRow(exception) || exception is not NpgsqlException))
        {
            // One item may be the culprit, and the others must not fail for it: by halves, a culprit among 500 costs 18 more writes. Each one's own failure reaches its own writer.
            foreach (var half in batch.Chunk((batch.Count + 1) / 2))
            {
                if (half.Where(waiting => !waiting.IsGivenUp).ToList() is { Count: > 0 } wanted)
                {
                    await WriteBatchAsync(wanted);
                }
            }
        }
        catch (Exception exception)
        {
            // Postgres was not reached, its answer was lost, or it refused for reasons of its own, such as a lock or a failover. In parts they would only fail one after the other, and keep later writers waiting for it.
            // Those who came while nobody answered have waited as long: they are not made to wait for the same once more.
            foreach (var waiting in PostgresFailure.IsSilence(exception) ? [.. batch, .. TakeAll()] : batch)
            {
                waiting.Result.SetException(exception);
            }
        }
    }

    private List<Waiting> TakeAll()
    {
        lock (_gate)
        {
            List<Waiting> all = [.. _waiting];
            _waiting.Clear();
            return all;
        }
    }

    private sealed record Waiting(TItem Item, CancellationToken CancellationToken)
    {
        /// <summary>True when nobody waits for it any more.</summary>
        public bool IsGivenUp => CancellationToken.IsCancellationRequested;

        public TaskCompletionSource<TResult> Result { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
