using System.Data;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using OpenTelemetry;

namespace Forge.Jobs;

/// <summary>Renews the worker's lease, on which all its jobs hang, and compares what Postgres says it runs with what it does run.</summary>
/// <remarks>
/// Two loops: one renews, on a connection of its own, and waits for nothing else. The other tidies up by what the first one saw, which takes connections of the pool,
/// and may wait for them for longer than a lease while handlers use them all.
/// </remarks>
internal sealed partial class WorkerHeartbeat(
    NpgsqlDataSource dataSource,
    WorkerIdentity worker,
    WorkerScope scope,
    WorkerLease lease,
    RunningJobs running,
    JobBuffer buffer,
    JobSlots slots,
    JobHandBack handBack,
    WorkerSignals signals,
    JobRescuer rescuer,
    PostgresOutage outage,
    IOptions<JobWorkerOptions> options,
    TimeProvider time,
    ILogger<WorkerHeartbeat> logger) : IDisposable
{
    private static readonly TimeSpan ClaimPatience = TimeSpan.FromSeconds(1);

    /// <summary>A connection on which nobody answers any more costs this part of the lease, and up to 2 s in which Npgsql waits for the end of what it cancels. A second try must still fit.</summary>
    private const int AnswerShare = 4;

    private readonly Signal _renewed = new();
    private Seen? _seen;
    private Seen? _tidied;
    private HashSet<long> _unknown = [];
    private HashSet<string> _honouredPauses = [];
    private NpgsqlConnection? _connection;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var untraced = SuppressInstrumentationScope.Begin();
        await Task.WhenAll(
            RepeatAsync(signals.Heartbeat, options.Value.HeartbeatInterval, RenewInTimeAsync, HeartbeatFailed, cancellationToken),
            RepeatAsync(_renewed, null, TidyUpAsync, TidyUpFailed, cancellationToken));
    }

    public async Task BeatAsync(CancellationToken cancellationToken)
    {
        await RenewAsync(cancellationToken);
        await TidyUpAsync(cancellationToken);
    }

    public void Dispose()
    {
        _renewed.Dispose();
        _connection?.Dispose();
    }

    private async Task RepeatAsync(Signal signal, TimeSpan? interval, Func<CancellationToken, Task> act, Action<Exception> logFailure, CancellationToken cancellationToken)
    {
        var failures = 0;
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                // The lease runs, and another connection may work: the first try after a failure comes soon.
                var pause = failures == 1 ? interval / 4 : interval;
                await signal.WaitAsync(pause ?? Timeout.InfiniteTimeSpan, time, cancellationToken);
                await act(cancellationToken);
                failures = 0;
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception)
            {
                if (!outage.Explains(exception))
                {
                    logFailure(exception);
                }

                failures++;
            }
        }
    }

    private async Task RenewInTimeAsync(CancellationToken cancellationToken)
    {
        var limit = options.Value.LeaseDuration / AnswerShare;
        using var timeout = new CancellationTokenSource(limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            await RenewAsync(either.Token);
            outage.HeartbeatAnswered();
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"Postgres did not answer within {limit}.");
        }
        catch (PostgresException exception) when (PostgresFailure.IsReadOnly(exception))
        {
            dataSource.Clear();
            _connection?.Dispose();
            throw;
        }
    }

    private async Task RenewAsync(CancellationToken cancellationToken)
    {
        var runs = running.All;
        var buffered = buffer.All().Select(job => job.LeaseToken).ToHashSet();
        var asked = lease.Now;
        var seen = await AskAsync(Volatile.Read(ref _honouredPauses), cancellationToken);
        // What was taken from this worker while it was silent is others' by now.
        buffer.Remove(job => buffered.Contains(job.LeaseToken) && !seen.Held.ContainsKey(job.LeaseToken));
        buffer.Confirm(buffered);
        var wasHeld = lease.IsHeld;
        lease.Renewed(asked);
        if (!wasHeld)
        {
            // Nothing was claimed without a lease.
            signals.Work.Set();
        }

        foreach (var run in runs)
        {
            if (!seen.Held.TryGetValue(run.Job.LeaseToken, out var isCancelRequested))
            {
                // Also when the run has just stored its end; its token then interests nobody any more.
                run.Stop(StopReason.LeaseLost);
            }
            else if (isCancelRequested)
            {
                run.Stop(StopReason.CancelRequested);
            }
        }

        Volatile.Write(ref _seen, seen);
        _renewed.Set();
    }

    private async Task TidyUpAsync(CancellationToken cancellationToken)
    {
        // Two looks at what one heartbeat saw would count as two heartbeats to a stranded job.
        if (Volatile.Read(ref _seen) is not { } seen || ReferenceEquals(seen, _tidied))
        {
            return;
        }

        _tidied = seen;
        var isStopping = signals.Stopping.IsCancellationRequested;
        await handBack.ReturnAsync(buffer.Remove(job => isStopping || seen.Held.GetValueOrDefault(job.LeaseToken)), cancellationToken);
        // Until a heartbeat has said what is honoured here now, what it saw says nothing of that.
        if (ReferenceEquals(seen.HonouredPauses, _honouredPauses))
        {
            // A queue is open again only when Postgres no longer says that its pause is honoured here: somebody may pause it anew and rely on that.
            if (scope.SetPaused([.. seen.Paused, .. seen.HonouredPauses]))
            {
                signals.Work.Set();
            }

            await HonourPausesAsync(seen.Paused, cancellationToken);
        }

        // Nothing starts while the lease is in doubt; now it is not.
        slots.Fill();
        await GiveUpStrandedAsync(seen.Held.Keys, cancellationToken);
    }

    /// <summary>Gives back what waits here of queues that were paused, and says so with the next heartbeat: whoever paused waits for that.</summary>
    private async Task HonourPausesAsync(HashSet<string> paused, CancellationToken cancellationToken)
    {
        if (paused.SetEquals(_honouredPauses))
        {
            return;
        }

        // A claim that began before the pause may still bring jobs. If it takes long, the next heartbeat tries again.
        if (!await signals.Claiming.WaitAsync(ClaimPatience, cancellationToken))
        {
            return;
        }

        List<ClaimedJob> held;
        try
        {
            held = buffer.Remove(job => paused.Contains(job.Queue));
        }
        finally
        {
            signals.Claiming.Release();
        }

        await handBack.ReturnAsync(held, cancellationToken);
        Volatile.Write(ref _honouredPauses, paused);
        signals.Heartbeat.Set();
    }

    /// <summary>A job that is held but not run, at two heartbeats in a row: the answer to its claim was lost, or its end could not be stored.</summary>
    private async Task GiveUpStrandedAsync(IEnumerable<long> held, CancellationToken cancellationToken)
    {
        // What a claim brings, or a hand-back takes, is for a moment nowhere here; with the semaphore neither is under way.
        if (!await signals.Claiming.WaitAsync(ClaimPatience, cancellationToken))
        {
            _unknown = [];
            return;
        }

        signals.Claiming.Release();
        var unknown = held
            .Except(running.All.Select(run => run.Job.LeaseToken))
            .Except(buffer.All().Select(job => job.LeaseToken))
            .ToHashSet();
        var stranded = unknown.Intersect(_unknown).ToList();
        _unknown = unknown;
        if (stranded.Count > 0)
        {
            var abandoned = stranded.Where(running.TakeAbandoned).ToHashSet();
            await rescuer.RescueStrandedAsync([.. stranded.Except(abandoned)], abandoned, cancellationToken);
        }
    }

    /// <summary>A connection that is kept: handlers that use up the pool must not cost the worker its lease, and with it all their runs.</summary>
    private async Task<NpgsqlConnection> ConnectAsync(CancellationToken cancellationToken)
    {
        if (_connection is not { State: ConnectionState.Open })
        {
            // A connection that broke has to be given back before another one is asked for.
            _connection?.Dispose();
            _connection = null;
            _connection = await dataSource.OpenConnectionAsync(cancellationToken);
        }

        return _connection;
    }

    private async Task<Seen> AskAsync(HashSet<string> honouredPauses, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(JobSql.Heartbeat, await ConnectAsync(cancellationToken));
        command.Parameters.Add(new("worker", worker.Id));
        command.Parameters.Add(new("lease", options.Value.LeaseDuration));
        command.Parameters.Add(new("paused_queues", honouredPauses.ToArray()));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var held = new Dictionary<long, bool>();
        while (await reader.ReadAsync(cancellationToken))
        {
            held.Add(reader.GetInt64(0), reader.GetBoolean(1));
        }

        await reader.NextResultAsync(cancellationToken);
        var paused = new HashSet<string>(StringComparer.Ordinal);
        while (await reader.ReadAsync(cancellationToken))
        {
            paused.Add(reader.GetString(0));
        }

        return new Seen(held, paused, honouredPauses);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The worker's heartbeat failed; its jobs are taken from it if that goes on for the length of a lease.")]
    private partial void HeartbeatFailed(Exception exception);

    [LoggerMessage(Level = LogLevel.Warning, Message = "What the worker holds and does not run could not be given back; the next heartbeat tries again.")]
    private partial void TidyUpFailed(Exception exception);

    /// <summary>What a heartbeat saw: the jobs that are this worker's by lease token, and whether somebody asked to cancel them; the paused queues; and those it said to be honoured here.</summary>
    private sealed record Seen(Dictionary<long, bool> Held, HashSet<string> Paused, HashSet<string> HonouredPauses);
}
