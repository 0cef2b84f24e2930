namespace Forge.Jobs;

/// <summary>Why a run's token was cancelled.</summary>
internal enum StopReason
{
    None,
    TimedOut,
    CancelRequested,
    LeaseLost,
    WorkerStopping,
}
