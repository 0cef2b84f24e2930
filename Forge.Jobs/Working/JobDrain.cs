using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using OpenTelemetry;
using Quartz;

namespace Forge.Jobs;

/// <summary>The long-running Quartz job that claims while there is room and work, and sleeps otherwise until a nudge, a shrunken buffer or the fallback poll.</summary>
[DisallowConcurrentExecution]
internal sealed partial class JobDrain(
    JobClaimer claimer,
    JobBuffer buffer,
    JobSlots slots,
    JobHandBack handBack,
    ClaimAhead ahead,
    WorkerSignals signals,
    WorkerActivity activity,
    IOptions<JobWorkerOptions> options,
    TimeProvider time,
    ILogger<JobDrain> logger) : IJob
{
    /// <summary>A job that was to start within a tenth of a second and has not in this time sits behind longer ones; somebody else may be free.</summary>
    private static readonly TimeSpan HandBackAfter = TimeSpan.FromSeconds(0.5);

    public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken)
    {
        using var untraced = SuppressInstrumentationScope.Begin();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, signals.Stopping);
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await handBack.ReturnAsync(buffer.RemoveOlderThan(HandBackAfter), CancellationToken.None);
                if (await ClaimAsync(stop.Token) == 0)
                {
                    await signals.Work.WaitAsync(buffer.Count > 0 ? HandBackAfter : options.Value.FallbackPollInterval, time, stop.Token);
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

    /// <summary>Claims once, and starts what can start. Returns how many were claimed.</summary>
    public async Task<int> ClaimAsync(CancellationToken cancellationToken)
    {
        var room = Room();
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
            buffer.Add(jobs);
            slots.Fill();
            return jobs.Count;
        }
        finally
        {
            signals.Claiming.Release();
        }
    }

    /// <summary>Free places and what goes ahead of them, less what waits already. While all places are busy a claim must be worth a commit.</summary>
    private int Room()
    {
        var wanted = ahead.Jobs;
        slots.LowWater = wanted / 2;
        var waiting = buffer.Count;
        var free = slots.Free;
        return free > waiting ? free + wanted - waiting
            : waiting <= slots.LowWater ? wanted - waiting
            : 0;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Claiming jobs failed; trying again after a pause.")]
    private partial void ClaimFailed(Exception exception);
}
