namespace Forge.Api.Reports;

/// <summary>Deletes the reports whose hour is over.</summary>
internal sealed partial class ReportPruner(ReportTable reports, TimeProvider timeProvider, ILogger<ReportPruner> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, timeProvider);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                LogPruned(logger, await reports.DeleteExpiredAsync(timeProvider.GetUtcNow(), stoppingToken));
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                LogPruningFailed(logger, exception);
            }
        }
    }

    [LoggerMessage(LogLevel.Debug, "Deleted {Count} expired reports.")]
    private static partial void LogPruned(ILogger logger, int count);

    [LoggerMessage(LogLevel.Warning, "The expired reports could not be deleted; the next round tries again.")]
    private static partial void LogPruningFailed(ILogger logger, Exception exception);
}
