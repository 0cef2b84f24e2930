using System.Diagnostics.CodeAnalysis;

namespace Forge.Jobs;

/// <summary>The names of the states as they are stored and sent.</summary>
public static class JobStateExtensions
{
    private static readonly Dictionary<string, JobState> ByName =
        Enum.GetValues<JobState>().ToDictionary(state => state.ToName(), StringComparer.Ordinal);

    /// <summary>The lower-case name: <c>available</c>, <c>scheduled</c>, <c>running</c>, <c>retryable</c>, <c>completed</c>, <c>cancelled</c> or <c>discarded</c>.</summary>
    public static string ToName(this JobState state) => state switch
    {
        JobState.Available => "available",
        JobState.Scheduled => "scheduled",
        JobState.Running => "running",
        JobState.Retryable => "retryable",
        JobState.Completed => "completed",
        JobState.Cancelled => "cancelled",
        JobState.Discarded => "discarded",
        _ => throw new ArgumentOutOfRangeException(nameof(state), state, null),
    };

    /// <summary>Reads a name written by <see cref="ToName"/>; false for anything else.</summary>
    public static bool TryParse([NotNullWhen(true)] string? name, out JobState state)
    {
        state = default;
        return name is not null && ByName.TryGetValue(name, out state);
    }

    /// <summary>True for the states in which nothing runs or will run by itself: completed, cancelled, discarded.</summary>
    public static bool IsFinished(this JobState state) =>
        state is JobState.Completed or JobState.Cancelled or JobState.Discarded;

    internal static JobState Parse(string name) => ByName[name];
}
