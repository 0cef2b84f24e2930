namespace Forge.Jobs;

/// <summary>Which jobs a list holds. A member that is null does not restrict it.</summary>
public sealed record JobFilter
{
    /// <summary>Only jobs of this owner.</summary>
    public string? Owner { get; init; }

    /// <summary>Only jobs in this state.</summary>
    public JobState? State { get; init; }

    /// <summary>Only jobs of this kind.</summary>
    public string? Kind { get; init; }

    /// <summary>Only jobs of this queue.</summary>
    public string? Queue { get; init; }
}
