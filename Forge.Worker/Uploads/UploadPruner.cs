using Forge.Data.Uploads;

namespace Forge.Worker.Uploads;

/// <summary>Deletes the uploads that no job needs any more. Several workers may do it at the same time.</summary>
internal sealed partial class UploadPruner(UploadTable uploads, TimeProvider timeProvider, ILogger<UploadPruner> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, timeProvider);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                LogPruned(logger, await uploads.DeleteUnneededAsync(stoppingToken));
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                LogPruningFailed(logger, exception);
            }
        }
    }

    [LoggerMessage(LogLevel.Debug, "Deleted {Count} uploads.")]
    private static partial void LogPruned(ILogger logger, int count);

    [LoggerMessage(LogLevel.Warning, "The uploads that no job needs could not be deleted; the next round tries again.")]
    private static partial void LogPruningFailed(ILogger logger, Exception exception);
}
