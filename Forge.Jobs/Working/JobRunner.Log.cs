using Microsoft.Extensions.Logging;

namespace Forge.Jobs;

internal sealed partial class JobRunner
{
    [LoggerMessage(Level = LogLevel.Debug, Message = "Job {JobId} ({JobKind}) ended attempt {Attempt} as {Outcome} and is {State}.")]
    private partial void JobEnded(Guid jobId, string jobKind, int attempt, string outcome, JobState state);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Job {JobId} ({JobKind}) failed attempt {Attempt} of {MaxAttempts}.")]
    private partial void JobAttemptFailed(Exception exception, Guid jobId, string jobKind, int attempt, int maxAttempts);

    [LoggerMessage(Level = LogLevel.Error, Message = "Job {JobId} ({JobKind}) failed attempt {Attempt} and is not tried again.")]
    private partial void JobFailedForGood(Exception exception, Guid jobId, string jobKind, int attempt);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Job {JobId} ({JobKind}) failed attempt {Attempt} while its worker stops, and is handed back.")]
    private partial void JobFailedAtStop(Exception exception, Guid jobId, string jobKind, int attempt);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The handler of job {JobId} ({JobKind}) failed in attempt {Attempt} after it had completed the job in its transaction; the job is completed.")]
    private partial void HandlerFailedAfterCompletion(Exception exception, Guid jobId, string jobKind, int attempt);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The handler of job {JobId} ({JobKind}), or its services, failed in attempt {Attempt} while they were disposed of; what the handler did counts.")]
    private partial void DisposalFailed(Exception exception, Guid jobId, string jobKind, int attempt);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Job {JobId} ({JobKind}) was taken from attempt {Attempt} while it ran; its end is not stored.")]
    private partial void JobLeaseLost(Guid jobId, string jobKind, int attempt);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The end of job {JobId} could not be stored; trying again.")]
    private partial void StoreRetry(Exception exception, Guid jobId);

    [LoggerMessage(Level = LogLevel.Error, Message = "The end of job {JobId} ({JobKind}) could not be stored; the job will be rescued.")]
    private partial void JobEndNotStored(Exception exception, Guid jobId, string jobKind);

    [LoggerMessage(Level = LogLevel.Error, Message = "The run of job {JobId} ({JobKind}) broke outside its handler; the job will be rescued.")]
    private partial void RunBroke(Exception exception, Guid jobId, string jobKind);
}
