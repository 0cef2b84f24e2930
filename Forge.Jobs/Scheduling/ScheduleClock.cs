using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using OpenTelemetry;
using Quartz;

namespace Forge.Jobs;

/// <summary>The long-running Quartz job that fires schedules when they are due, and sleeps until the next one in between.</summary>
[DisallowConcurrentExecution]
internal sealed partial class ScheduleClock(ScheduleFirer firer, WorkerSignals signals, PostgresOutage outage, IOptions<JobWorkerOptions> options, TimeProvider time, ILogger<ScheduleClock> logger) : IJob
{
    private static readonly TimeSpan ShortPause = TimeSpan.FromMilliseconds(10);

    /// <summary>How long the pause gets while others hold what is due. They need milliseconds, or a lease when they are frozen.</summary>
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(0.5);

    private static readonly TimeSpan FailurePause = TimeSpan.FromSeconds(1);

    private TimeSpan _pause = ShortPause;

    public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken)
    {
        using var untraced = SuppressInstrumentationScope.Begin();
        Activity.Current = null; // a fire is the root of its trace
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, signals.Stopping);
        try
        {
            while (!stop.IsCancellationRequested)
            {
                await signals.Schedules.WaitAsync(await FireDueAsync(stop.Token), time, stop.Token);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The worker stops.
        }
    }

    /// <summary>Fires what is due. Returns how long to sleep.</summary>
    private async Task<TimeSpan> FireDueAsync(CancellationToken cancellationToken)
    {
        var failed = new List<string>();
        try
        {
            TimeSpan? until;
            do
            {
                until = await firer.UntilNextAsync(failed, cancellationToken);
            }
            while (until <= TimeSpan.Zero && await firer.FireNextAsync(failed, cancellationToken));

            return failed.Count > 0 ? FailurePause
                : until <= TimeSpan.Zero ? Lengthen()
                : Limit(until);
        }
        catch (Exception exception) when (exception is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            if (!outage.Explains(exception))
            {
                LookFailed(exception);
            }

            return FailurePause;
        }
    }

    /// <summary>Others have what is due in hand: twice as long as the last time in a row.</summary>
    private TimeSpan Lengthen()
    {
        var pause = _pause;
        _pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        return pause;
    }

    private TimeSpan Limit(TimeSpan? until)
    {
        _pause = ShortPause;
        return until is not { } wished || wished > options.Value.SchedulePollInterval ? options.Value.SchedulePollInterval
            : wished < ShortPause ? ShortPause
            : wished;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Looking for due schedules failed; trying again after a pause.")]
    private partial void LookFailed(Exception exception);
}
