namespace Forge.PostResponse;

/// <summary>What happens when there is no room for more tasks.</summary>
public enum FullBacklogPolicy
{
    /// <summary>An endpoint that requires room answers 503 with <c>Retry-After</c>; its handler does not run.</summary>
    Reject,

    /// <summary>An endpoint that requires room waits for it up to <see cref="PostResponseOptions.WaitLimit"/>, then answers 503.</summary>
    Wait,

    /// <summary>The request goes on; a task that finds no room is dropped, named in the log and counted.</summary>
    DropNewest,
}
