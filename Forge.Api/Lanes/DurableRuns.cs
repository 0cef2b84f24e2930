using Forge.Jobs;

namespace Forge.Api.Lanes;

/// <summary>How the latest jobs ran, read from Postgres at most once a second however many ask.</summary>
internal sealed class DurableRuns(JobReader jobs, TimeProvider timeProvider)
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private Task<RunFigures>? _reading;
    private long _begunAt;

    /// <summary>All who ask while Postgres is being read get its answer, or its failure: one after the other they would wait for a silent one for minutes.</summary>
    public Task<RunFigures> ReadAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (_reading is null or { IsFaulted: true } || (_reading.IsCompleted && timeProvider.GetElapsedTime(_begunAt) >= Lifetime))
            {
                _begunAt = timeProvider.GetTimestamp();
                _reading = jobs.GetRunFiguresAsync(CancellationToken.None);
            }

            return _reading.WaitAsync(cancellationToken);
        }
    }
}
