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
    RunningJobs running,
    WorkerSignals signals,
    JobRescuer rescuer,
    IOptions<JobWorkerOptions> options,
    TimeProvider time,
    ILogger<WorkerHeartbeat> logger)
{
    private HashSet<long> _unknown = [];

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
        var before = running.All;
        var (held, paused) = await RenewAsync(cancellationToken);
        foreach (var run in before)
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

        if (scope.SetPaused(paused))
        {
            signals.Work.Set();
        }

        await GiveUpStrandedAsync(held.Keys, cancellationToken);
    }

    /// <summary>A job that is held but not run, at two heartbeats in a row: the answer to its claim was lost, or its end could not be stored.</summary>
    private async Task GiveUpStrandedAsync(IEnumerable<long> held, CancellationToken cancellationToken)
    {
        var unknown = held.Except(running.All.Select(run => run.Job.LeaseToken)).ToHashSet();
        var stranded = unknown.Intersect(_unknown).ToList();
        _unknown = unknown;
        if (stranded.Count > 0)
        {
            await rescuer.RescueStrandedAsync(stranded, cancellationToken);
        }
    }

    private async Task<(Dictionary<long, bool> Held, HashSet<string> Paused)> RenewAsync(CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(JobSql.Heartbeat);
        command.Parameters.Add(new("worker", worker.Id));
        command.Parameters.Add(new("lease", options.Value.LeaseDuration));
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
