namespace Forge.PostResponse;

/// <summary>Why an accepted task was never run to an end; the value of the tag on <c>forge.post_response.lost</c>.</summary>
internal enum LossReason
{
    Stopped,
    WriteDownFailed,
    SkippedAfterFailure,
    RunnerFailed,
}
