using Microsoft.Extensions.Logging;

namespace Forge.Jobs;

/// <summary>One run in this process: the job and the token its handler watches.</summary>
internal sealed partial class JobRun : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly ITimer _timeout;
    private readonly ILogger _logger;
    private int _reason;

    public JobRun(ClaimedJob job, TimeSpan timeout, TimeProvider time, ILogger logger)
    {
        Job = job;
        _logger = logger;
        _timeout = time.CreateTimer(static run => ((JobRun)run!).Stop(StopReason.TimedOut), this, timeout, Timeout.InfiniteTimeSpan);
    }

    public ClaimedJob Job { get; }

    public CancellationToken Token => _stop.Token;

    /// <summary>The first reason given.</summary>
    public StopReason Reason => (StopReason)Volatile.Read(ref _reason);

    /// <summary>Cancels the handler's token. What the handler registered on it runs on the pool, so it cannot hold up the caller.</summary>
    public void Stop(StopReason reason)
    {
        if (Interlocked.CompareExchange(ref _reason, (int)reason, (int)StopReason.None) == (int)StopReason.None)
        {
            _ = Task.Run(CancelAsync);
        }
    }

    public void Dispose()
    {
        _timeout.Dispose();
        _stop.Dispose();
    }

    private async Task CancelAsync()
    {
        try
        {
            await _stop.CancelAsync();
        }
        catch (ObjectDisposedException)
        {
            // The run ended by itself at this moment.
        }
        catch (Exception exception)
        {
            // The token is cancelled all the same.
            CallbackFailed(exception, Job.Id, Job.Kind);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "What the handler of job {JobId} ({JobKind}) registered on its token failed.")]
    private partial void CallbackFailed(Exception exception, Guid jobId, string jobKind);
}
