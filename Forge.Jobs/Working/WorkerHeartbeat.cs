using System.Data;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using OpenTelemetry;

namespace Forge.Jobs;

/// <summary>Renews the worker's lease, on which all its jobs hang, and compares what Postgres says it runs with what it does run.</summary>
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
    IOptions<JobWorkerOptions> options,
    TimeProvider time,
    ILogger<WorkerHeartbeat> logger) : IDisposable
{
    private static readonly TimeSpan ClaimPatience = TimeSpan.FromSeconds(1);
    private HashSet<long> _unknown = [];
    private HashSet<string> _honouredPauses = [];
    private NpgsqlConnection? _connection;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var untraced = SuppressInstrumentationScope.Begin();
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                await signals.Heartbeat.WaitAsync(options.Value.HeartbeatInterval, time, cancellationToken);
                await BeatAsync(cancellationToken);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception)
            {
                HeartbeatFailed(exception);
            }
        }
    }

    public async Task BeatAsync(CancellationToken cancellationToken)
    {
        var runs = running.All;
        var buffered = buffer.All().Select(job => job.LeaseToken).ToHashSet();
        var asked = lease.Now;
        var honoured = _honouredPauses;
        var (held, paused) = await RenewAsync(honoured, cancellationToken);
        lease.Renewed(asked);
        foreach (var run in runs)
        {
            if (!held.TryGetValue(run.Job.LeaseToken, out var isCancelRequested))
            {
                // Also when the run has just stored its end; its token then interests nobody any more.
                run.Stop(StopReason.LeaseLost);
            }
            else if (isCancelRequested)
            {
                run.Stop(StopReason.CancelRequested);
            }
        }

        // What was taken from this worker while it was silent is others' by now.
        buffer.Remove(job => buffered.Contains(job.LeaseToken) && !held.ContainsKey(job.LeaseToken));
        await handBack.ReturnAsync(buffer.Remove(job => held.GetValueOrDefault(job.LeaseToken)), cancellationToken);
        // A queue is open again only when Postgres no longer says that its pause is honoured here: somebody may pause it anew and rely on that.
        if (scope.SetPaused([.. paused, .. honoured]))
        {
            signals.Work.Set();
        }

        await HonourPausesAsync(paused, cancellationToken);
        // Nothing starts while the lease is in doubt; now it is not.
        slots.Fill();
        await GiveUpStrandedAsync(held.Keys, cancellationToken);
    }

    public void Dispose() => _connection?.Dispose();

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
        _honouredPauses = paused;
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
            await rescuer.RescueStrandedAsync(stranded, cancellationToken);
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

    private async Task<(Dictionary<long, bool> Held, HashSet<string> Paused)> RenewAsync(IEnumerable<string> honouredPauses, CancellationToken cancellationToken)
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

        return (held, paused);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The worker's heartbeat failed; its jobs are taken from it if that goes on for the length of a lease.")]
    private partial void HeartbeatFailed(Exception exception);
}
