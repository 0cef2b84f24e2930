namespace Forge.Web.Pages.Jobs;

/// <summary>The states of a job in words. Their names are the API's.</summary>
internal static class JobState
{
    public const string Completed = "completed";

    /// <summary>Every state, in the order of a job's life, with the word that a filter shows.</summary>
    public static IReadOnlyList<(string State, string Word)> All { get; } =
    [
        ("available", "Waiting"),
        ("scheduled", "Scheduled"),
        ("running", "Running"),
        ("retryable", "Retrying"),
        (Completed, "Completed"),
        ("cancelled", "Cancelled"),
        ("discarded", "Failed"),
    ];

    public static string Word(string state) => All.FirstOrDefault(known => known.State == state).Word ?? state;

    public static bool IsFinished(string state) => state is Completed or "cancelled" or "discarded";

    /// <summary>What the state means for the one who waits.</summary>
    public static string Explain(string state) => state switch
    {
        "available" => "Saved. The next free worker takes it.",
        "scheduled" => "Saved. It starts at its time.",
        "running" => "A worker is on it.",
        "retryable" => "An attempt failed. It is tried again shortly.",
        Completed => "Done.",
        "cancelled" => "Cancelled. Nothing more happens.",
        "discarded" => "Every attempt failed. It is kept, so that somebody can look at it and run it again.",
        _ => "",
    };
}
