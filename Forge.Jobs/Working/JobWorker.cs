using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using OpenTelemetry;

namespace Forge.Jobs;

/// <summary>The worker's life: registers it, renews its leases, and at the end lets its jobs finish or hands them back.</summary>
internal sealed partial class JobWorker(
    WorkerHeartbeat heartbeat,
    WorkerIdentity worker,
    WorkerLease lease,
    RunningJobs running,
    JobBuffer buffer,
    JobHandBack handBack,
    LimitedKinds limited,
    WorkerSignals signals,
    JobDispatch dispatch,
    NpgsqlDataSource dataSource,
    IOptions<JobWorkerOptions> options,
    TimeProvider time,
    ILogger<JobWorker> logger) : IHostedLifecycleService, IDisposable
{
    /// <summary>How long handlers get to end after <see cref="JobWorkerOptions.StopGrace"/>, once their tokens are cancelled.</summary>
    public static readonly TimeSpan HandBackTime = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource _stopHeartbeat = new();
    private Task _heartbeats = Task.CompletedTask;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        using var untraced = SuppressInstrumentationScope.Begin();
        await heartbeat.BeatAsync(cancellationToken);
        await dispatch.ListenForNudgesAsync(HearNudge);
        await dispatch.ListenForQueuesAsync(signals.Heartbeat.Set);
        await dispatch.ListenForSchedulesAsync(signals.Schedules.Set);
        await dispatch.ListenForCancelsAsync(Cancel);
        _heartbeats = Task.Run(() => heartbeat.RunAsync(_stopHeartbeat.Token), CancellationToken.None);
        WorkerStarted(worker.Id);
    }

    /// <summary>Runs before anything else stops, so that the jobs still have all their services.</summary>
    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        using var untraced = SuppressInstrumentationScope.Begin();
        var begun = time.GetTimestamp();
        await signals.StopAsync();
        lease.Close();
        await HandBackClaimedAsync(options.Value.StopGrace, cancellationToken);
        await WaitUntilIdleAsync(options.Value.StopGrace - time.GetElapsedTime(begun), cancellationToken);
        foreach (var run in running.All)
        {
            run.Stop(StopReason.WorkerStopping);
        }

        await WaitUntilIdleAsync(HandBackTime, cancellationToken);
        foreach (var run in running.All)
        {
            // Its lease is not renewed any more, so others rescue it and count a death.
            HandlerDoesNotStop(run.Job.Id, run.Job.Kind);
        }

        await _stopHeartbeat.CancelAsync();
        await _heartbeats;
        // Where it failed before, or a claim was late.
        await HandBackClaimedAsync(options.Value.StopGrace + HandBackTime - time.GetElapsedTime(begun), cancellationToken);
        await SignOffAsync();
        WorkerStopped(worker.Id);
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => _stopHeartbeat.Dispose();

    private void HearNudge(string kind)
    {
        limited.LookFor(kind);
        signals.Work.Set();
    }

    private void Cancel(Guid id)
    {
        running.Cancel(id);
        if (buffer.All().Exists(job => job.Id == id))
        {
            // The heartbeat gives it back.
            signals.Heartbeat.Set();
        }
    }

    /// <summary>Hands back what was claimed and has not started, with what a claim that is under way still brings. One that hangs must cost neither the others their hand-back nor the worker its sign-off.</summary>
    private async Task HandBackClaimedAsync(TimeSpan patience, CancellationToken cancellationToken)
    {
        var isClaimOver = false;
        try
        {
            isClaimOver = await signals.Claiming.WaitAsync(patience > TimeSpan.Zero ? patience : TimeSpan.Zero, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            // The host's patience is over.
        }

        await HandBackBufferedAsync();
        if (isClaimOver)
        {
            // The heartbeat, which goes on, honours pauses with it.
            signals.Claiming.Release();
        }
    }

    private async Task HandBackBufferedAsync()
    {
        try
        {
            await handBack.ReturnAsync(buffer.Remove(_ => true), CancellationToken.None);
        }
        catch (Exception exception)
        {
            // Tried again with the next heartbeat and at the end of the stop; then they are rescued like the jobs of a worker that died.
            HandBackFailed(exception);
        }
    }

    private async Task WaitUntilIdleAsync(TimeSpan limit, CancellationToken cancellationToken)
    {
        var begun = time.GetTimestamp();
        while (running.Count > 0 && time.GetElapsedTime(begun) is var elapsed && elapsed < limit && !cancellationToken.IsCancellationRequested)
        {
            await signals.Idle.WaitAsync(limit - elapsed, time, CancellationToken.None);
        }
    }

    /// <summary>Ends the lease at once, so that whatever was left behind is rescued without waiting for it to run out.</summary>
    private async Task SignOffAsync()
    {
        try
        {
            await using var command = dataSource.CreateCommand("update jobs.worker set lease_expires_at = now() where id = @worker");
            command.Parameters.Add(new("worker", worker.Id));
            await command.ExecuteNonQueryAsync(CancellationToken.None);
        }
        catch (Exception exception)
        {
            SignOffFailed(exception, worker.Id);
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Worker {Worker} takes jobs.")]
    private partial void WorkerStarted(string worker);

    [LoggerMessage(Level = LogLevel.Information, Message = "Worker {Worker} has stopped.")]
    private partial void WorkerStopped(string worker);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The handler of job {JobId} ({JobKind}) does not heed its token; the job will be rescued.")]
    private partial void HandlerDoesNotStop(Guid jobId, string jobKind);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Jobs that had not started could not be handed back; if it fails until the end of the stop, they will be rescued.")]
    private partial void HandBackFailed(Exception exception);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Worker {Worker} could not sign off; its lease will run out.")]
    private partial void SignOffFailed(Exception exception, string worker);
}
