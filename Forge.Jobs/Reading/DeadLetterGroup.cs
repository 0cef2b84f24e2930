namespace Forge.Jobs;

/// <summary>Dead letters of one kind that ended with alike errors.</summary>
/// <param name="Kind">The kind of the jobs.</param>
/// <param name="ErrorType">The full type name of the exception that ended the last attempt; null where no attempt has an error.</param>
/// <param name="Message">The first line of its message, up to 150 characters, where each id, and each word or number with a digit in it, is <c>#</c>.</param>
/// <param name="Count">How many jobs.</param>
/// <param name="FirstAt">When the first of them was discarded.</param>
/// <param name="LastAt">When the last of them was discarded.</param>
/// <param name="SampleJobId">The job that was enqueued last of them.</param>
public sealed record DeadLetterGroup(string Kind, string? ErrorType, string? Message, long Count, DateTimeOffset FirstAt, DateTimeOffset LastAt, Guid SampleJobId);

/// <summary>The dead letters, grouped.</summary>
/// <param name="Groups">The largest group first.</param>
/// <param name="IsComplete">False when there are more jobs than were looked at, or more groups than are told.</param>
public sealed record DeadLetterSummary(IReadOnlyList<DeadLetterGroup> Groups, bool IsComplete);
