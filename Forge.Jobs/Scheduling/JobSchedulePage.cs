namespace Forge.Jobs;

/// <summary>A part of the list of schedules, by name.</summary>
/// <param name="Items">The schedules.</param>
/// <param name="Next">What to pass as <c>after</c> for the next part; null at the end.</param>
public sealed record JobSchedulePage(IReadOnlyList<JobSchedule> Items, string? Next);
