using Forge.Jobs;

namespace Forge.Api.Lanes;

/// <summary>How the latest jobs ran, read from Postgres at most once a second however many ask.</summary>
internal sealed class DurableRuns(JobReader jobs, TimeProvider timeProvider) : IDisposable
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(1);

    private readonly SemaphoreSlim _one = new(1);
    private RunFigures? _figures;
    private long _readAt;

    public async Task<RunFigures> ReadAsync(CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken);
        try
        {
            if (_figures is null || timeProvider.GetElapsedTime(_readAt) >= Lifetime)
            {
                _figures = await jobs.GetRunFiguresAsync(cancellationToken);
                _readAt = timeProvider.GetTimestamp();
            }

            return _figures;
        }
        finally
        {
            _one.Release();
        }
    }

    public void Dispose() => _one.Dispose();
}
