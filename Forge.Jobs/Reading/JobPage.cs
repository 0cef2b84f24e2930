namespace Forge.Jobs;

/// <summary>A part of a list, newest first.</summary>
/// <param name="Items">The jobs, with their attempts.</param>
/// <param name="Next">What to pass as <c>after</c> for the next part; null at the end.</param>
public sealed record JobPage(IReadOnlyList<JobDetails> Items, Guid? Next);
