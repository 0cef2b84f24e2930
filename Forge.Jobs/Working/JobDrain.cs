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
    PostgresOutage outage,
    IOptions<JobWorkerOptions> options,
    TimeProvider time,
    ILogger<JobDrain> logger) : IJob
{
    /// <summary>A job that was to start within a tenth of a second and has not in this time sits behind longer ones; somebody else may be free.</summary>
    private static readonly TimeSpan HandBackAfter = TimeSpan.FromSeconds(0.5);

    /// <summary>After a claim that left room the lists are empty: jobs that come one by one in a stream are claimed together then, rather than with a commit for each. The first after a silence never waits.</summary>
    private static readonly TimeSpan Gather = TimeSpan.FromMilliseconds(2);

    private readonly ClaimBeside _poll = new(signals, time);
    private readonly Dictionary<LimitedKind, ClaimBeside> _limited = limited.All.ToDictionary(kind => kind, _ => new ClaimBeside(signals, time));
    private bool _isLimitedTurn;

    public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken)
    {
        using var untraced = SuppressInstrumentationScope.Begin();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, signals.Stopping);
        var hasFailed = false;
        while (!stop.IsCancellationRequested)
        {
            try
            {
                if (hasFailed)
                {
                    hasFailed = false;
                    await signals.Work.WaitAsync(options.Value.FallbackPollInterval, time, stop.Token);
                }

                await HandBackAsync(stop.Token);
                var room = Room();
                var (claimed, isMore) = room > 0 ? await ClaimAsync(room, stop.Token) : (0, false);
                if (isMore)
                {
                    continue;
                }

                if (claimed == 0)
                {
                    await signals.Work.WaitAsync(Pause(room), time, stop.Token);
                }
                else
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
                hasFailed = true;
                LogUnlessOutage(exception, () => ClaimFailed(exception));
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

        await signals.Claiming.EnterAsync(cancellationToken);
        try
        {
            await handBack.ReturnAsync(buffer.RemoveOlderThan(HandBackAfter), CancellationToken.None);
        }
        finally
        {
            signals.Claiming.Leave();
        }
    }

    /// <summary>Claims once, and starts what can start. Returns how many jobs the lists brought, and whether they hold more, so that the next claim should follow at once.</summary>
    private async Task<(int Claimed, bool IsMore)> ClaimAsync(int room, CancellationToken cancellationToken)
    {
        await signals.Claiming.EnterAsync(cancellationToken);
        try
        {
            // Not cancelled half way: an answer that nobody reads would leave jobs claimed and not run.
            cancellationToken.ThrowIfCancellationRequested();
            room -= StartLimited(room);
            if (room == 0)
            {
                return (0, false);
            }

            var claimed = await claimer.ClaimAsync(room, CancellationToken.None);
            buffer.Add(claimed);
            slots.Fill();
            activity.Claimed(claimed.Count);
            _poll.Start(claimer.PollRoom, PollAsync, exception => LogUnlessOutage(exception, () => PollFailed(exception)));
            return (claimed.Count, claimed.Count == room || claimer.IsAmongStale);
        }
        finally
        {
            signals.Claiming.Leave();
        }
    }

    /// <summary>Starts claims of those limited kinds that it is time to look for, each beside the others, so that none of them holds up another kind. Returns the room that they may fill.</summary>
    private int StartLimited(int room)
    {
        // Half of the room at most, so that neither sort of kind keeps the other out; a single place goes to each in turn.
        _isLimitedTurn = !_isLimitedTurn;
        var left = room > 1 ? room / 2 : _isLimitedTurn ? 1 : 0;
        var given = 0;
        var due = _limited.Where(kind => kind.Key.UntilLook == TimeSpan.Zero && !kind.Value.IsUnderWay).ToArray();
        Random.Shared.Shuffle(due);
        for (var i = 0; i < due.Length && left > given; i++)
        {
            var (kind, claim) = due[i];
            var part = (int)Math.Ceiling((left - given) / (double)(due.Length - i));
            given += part;
            claim.Start(part, limit => ClaimLimitedAsync(kind, limit), exception => LogUnlessOutage(exception, () => ClaimOfKindFailed(exception, kind.Kind.Name)));
        }

        return given;
    }

    private async Task<bool> ClaimLimitedAsync(LimitedKind kind, int room)
    {
        var claimed = await limitedClaimer.ClaimAsync(kind, room, CancellationToken.None);
        buffer.AddFirst(claimed);
        slots.Fill();
        activity.Claimed(claimed.Count);
        // What it has not filled is free for others, and a full claim may be followed by another.
        return true;
    }

    /// <summary>Claims past Redis.</summary>
    private async Task<bool> PollAsync(int room)
    {
        var claimed = await claimer.PollAsync(room, CancellationToken.None);
        buffer.Add(claimed);
        slots.Fill();
        activity.Claimed(claimed.Count);
        return claimed.Count > 0;
    }

    /// <summary>How long to sleep unless something happens. A claim beside this loop wakes it when it ends.</summary>
    private TimeSpan Pause(int room)
    {
        var pause = buffer.Count > 0 ? HandBackAfter : options.Value.FallbackPollInterval;
        if (room > 0)
        {
            pause = _limited.Where(kind => !kind.Value.IsUnderWay).Select(kind => kind.Key.UntilLook)
                .Append(_poll.IsUnderWay ? pause : claimer.UntilPoll)
                .Append(pause)
                .Min();
        }

        return pause;
    }

    /// <summary>Free places and what goes ahead of them, less what waits already. While all places are busy a claim must be worth a commit.</summary>
    private int Room()
    {
        var wanted = ahead.Measure();
        slots.LowWater = wanted / 2;
        var waiting = buffer.Count + _poll.Reserved + _limited.Values.Sum(claim => claim.Reserved);
        var free = slots.Free;
        return free > waiting ? free + wanted - waiting
            : waiting <= slots.LowWater ? wanted - waiting
            : 0;
    }

    private void LogUnlessOutage(Exception exception, Action log)
    {
        if (!outage.Explains(exception))
        {
            log();
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Looking for jobs past Redis failed; the next poll tries again.")]
    private partial void PollFailed(Exception exception);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Claiming jobs of the kind {JobKind} failed; the next poll tries again.")]
    private partial void ClaimOfKindFailed(Exception exception, string jobKind);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Claiming jobs failed; trying again after a pause.")]
    private partial void ClaimFailed(Exception exception);
}
