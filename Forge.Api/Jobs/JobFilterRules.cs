using Forge.Api.Problems;
using Forge.Jobs;

namespace Forge.Api.Jobs;

/// <summary>What the members of a filter must look like.</summary>
internal static class JobFilterRules
{
    private const int MaxKindLength = 100;

    /// <summary>The state of that name; null when there is none, which is said where a name was given.</summary>
    public static JobState? ReadState(this FieldErrors errors, string field, string? name)
    {
        if (JobStateExtensions.TryParse(name, out var state))
        {
            return state;
        }

        errors.Add(field, name is null ? null : $"must be one of {Names(Enum.GetValues<JobState>())}");
        return null;
    }

    public static string Names(IEnumerable<JobState> states) => string.Join(", ", states.Select(state => state.ToName()));

    // A job may have been enqueued by another version of the app, so names of kinds and queues that are unknown here are no error.
    public static void CheckName(this FieldErrors errors, string field, string? name, string what) =>
        errors.Add(field, name is null || (name.Length <= MaxKindLength && !name.Any(char.IsControl)) ? null : $"is not the name of a {what}");

    public static void CheckText(this FieldErrors errors, string field, string? text) =>
        errors.Add(field, text is null || JobLimits.IsKey(text) ? null : JobLimits.KeyRule);
}
