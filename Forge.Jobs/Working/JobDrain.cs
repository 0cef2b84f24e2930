using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using OpenTelemetry;
using Quartz;

namespace Forge.Jobs;

/// <summary>The long-running Quartz job that claims while there is room and work, and sleeps otherwise until a nudge, a free slot or the fallback poll.</summary>
[DisallowConcurrentExecution]
internal sealed partial class JobDrain(
    JobClaimer claimer,
    JobRunner runner,
    RunningJobs running,
    WorkerSignals signals,
    WorkerActivity activity,
    IOptions<JobWorkerOptions> options,
    TimeProvider time,
    ILogger<JobDrain> logger) : IJob
{
    public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken)
    {
        using var untraced = SuppressInstrumentationScope.Begin();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, signals.Stopping);
        while (!stop.IsCancellationRequested)
        {
            try
            {
                if (await ClaimAsync(stop.Token) == 0)
                {
                    await signals.Work.WaitAsync(options.Value.FallbackPollInterval, time, stop.Token);
                }
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                break;
            }
            catch (Exception exception)
            {
                ClaimFailed(exception);
                await signals.Work.WaitAsync(options.Value.FallbackPollInterval, time, signals.Stopping);
            }
        }
    }

    /// <summary>Claims once and starts what was claimed. Returns how many.</summary>
    public async Task<int> ClaimAsync(CancellationToken cancellationToken)
    {
        var room = running.FreeSlots;
        if (room <= 0)
        {
            return 0;
        }

        await signals.Claiming.WaitAsync(cancellationToken);
        try
        {
            // Not cancelled half way: an answer that nobody reads would leave jobs claimed and not run.
            cancellationToken.ThrowIfCancellationRequested();
            var jobs = await claimer.ClaimAsync(room, CancellationToken.None);
            activity.Looked(jobs.Count);
            foreach (var job in jobs)
            {
                runner.Start(job);
            }

            return jobs.Count;
        }
        finally
        {
            signals.Claiming.Release();
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Claiming jobs failed; trying again after a pause.")]
    private partial void ClaimFailed(Exception exception);
}
