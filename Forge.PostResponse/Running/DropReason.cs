namespace Forge.PostResponse;

/// <summary>Why a task was not accepted; the value of the tag on <c>forge.post_response.rejected</c>.</summary>
internal enum DropReason
{
    /// <summary>The backlog is full.</summary>
    NoRoom,

    /// <summary>The request has added as many tasks as one request may.</summary>
    RequestLimit,
}
