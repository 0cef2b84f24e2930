using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using OpenTelemetry;
using Quartz;

namespace Forge.Jobs;

/// <summary>The long-running Quartz job that claims while there is room and work, and sleeps otherwise until a nudge, a shrunken buffer or the fallback poll.</summary>
[DisallowConcurrentExecution]
internal sealed partial class JobDrain(
    JobClaimer claimer,
    LimitedJobClaimer limitedClaimer,
    LimitedKinds limited,
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

    /// <summary>After a claim that left room the lists are empty: jobs that come one by one in a stream are claimed together then, rather than with a commit for each. The first after a silence never waits.</summary>
    private static readonly TimeSpan Gather = TimeSpan.FromMilliseconds(2);

    private bool _isLimitedTurn;

    public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken)
    {
        using var untraced = SuppressInstrumentationScope.Begin();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, signals.Stopping);
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await HandBackAsync(stop.Token);
                var room = Room();
                var claimed = room > 0 ? await ClaimAsync(room, stop.Token) : 0;
                if (claimed == 0)
                {
                    await signals.Work.WaitAsync(Pause(room), time, stop.Token);
                }
                else if (claimed < room)
                {
                    await Task.Delay(Gather, time, stop.Token);
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

    /// <summary>Leaves to others what sits behind long jobs here.</summary>
    private async Task HandBackAsync(CancellationToken cancellationToken)
    {
        if (buffer.Count == 0)
        {
            return;
        }

        await signals.Claiming.WaitAsync(cancellationToken);
        try
        {
            await handBack.ReturnAsync(buffer.RemoveOlderThan(HandBackAfter), CancellationToken.None);
        }
        finally
        {
            signals.Claiming.Release();
        }
    }

    /// <summary>Claims once, and starts what can start. Returns how many were claimed.</summary>
    private async Task<int> ClaimAsync(int room, CancellationToken cancellationToken)
    {
        await signals.Claiming.WaitAsync(cancellationToken);
        try
        {
            // Not cancelled half way: an answer that nobody reads would leave jobs claimed and not run.
            cancellationToken.ThrowIfCancellationRequested();
            // Half of the room at most, so that neither sort of kind keeps the other out; a single place goes to each in turn.
            _isLimitedTurn = !_isLimitedTurn;
            var first = await limitedClaimer.ClaimAsync(room > 1 ? room / 2 : _isLimitedTurn ? 1 : 0, CancellationToken.None);
            buffer.AddFirst(first);
            slots.Fill();
            var others = first.Count < room ? await claimer.ClaimAsync(room - first.Count, CancellationToken.None) : [];
            buffer.Add(others);
            slots.Fill();
            activity.Claimed(first.Count + others.Count);
            return first.Count + others.Count;
        }
        finally
        {
            signals.Claiming.Release();
        }
    }

    /// <summary>How long to sleep unless something happens.</summary>
    private TimeSpan Pause(int room)
    {
        var pause = buffer.Count > 0 ? HandBackAfter : options.Value.FallbackPollInterval;
        return room > 0 && limited.UntilNextLook is { } look && look < pause ? look : pause;
    }

    /// <summary>Free places and what goes ahead of them, less what waits already. While all places are busy a claim must be worth a commit.</summary>
    private int Room()
    {
        var wanted = ahead.Measure();
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
