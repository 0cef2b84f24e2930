namespace Aspire.Hosting.ApplicationModel;

/// <summary>Something that can be asked of a resource.</summary>
public sealed class ResourceCommandAnnotation : IResourceAnnotation
{
    internal ResourceCommandAnnotation(string name, string displayName, Func<UpdateCommandStateContext, ResourceCommandState> updateState, Func<ExecuteCommandContext, Task<ExecuteCommandResult>> executeCommand, CommandOptions? options = null)
    {
        Name = name;
        DisplayName = displayName;
        UpdateState = updateState;
        ExecuteCommand = executeCommand;
        DisplayDescription = options?.Description;
        ConfirmationMessage = options?.ConfirmationMessage;
        IconName = options?.IconName;
        IconVariant = options?.IconVariant;
        IsHighlighted = options?.IsHighlighted ?? false;
    }

    /// <summary>The name by which it is asked for.</summary>
    public string Name { get; }

    /// <summary>The name that people see.</summary>
    public string DisplayName { get; }

    /// <summary>What it does.</summary>
    public string? DisplayDescription { get; }

    /// <summary>What to ask before.</summary>
    public string? ConfirmationMessage { get; }

    /// <summary>The icon (a Fluent UI name).</summary>
    public string? IconName { get; }

    /// <summary>How the icon is drawn.</summary>
    public IconVariant? IconVariant { get; }

    /// <summary>Whether it is shown before the others.</summary>
    public bool IsHighlighted { get; }

    /// <summary>Says whether it can be asked for now.</summary>
    public Func<UpdateCommandStateContext, ResourceCommandState> UpdateState { get; }

    /// <summary>Does it.</summary>
    public Func<ExecuteCommandContext, Task<ExecuteCommandResult>> ExecuteCommand { get; }

    internal ResourceCommandSnapshot ToSnapshot(CustomResourceSnapshot snapshot) =>
        new(Name, UpdateState(new UpdateCommandStateContext { ResourceSnapshot = snapshot }), DisplayName, DisplayDescription, ConfirmationMessage, IconName, IconVariant, IsHighlighted);
}

/// <summary>Whether a command can be asked for.</summary>
public enum ResourceCommandState
{
    /// <summary>It can.</summary>
    Enabled = 0,

    /// <summary>Not now.</summary>
    Disabled = 1,

    /// <summary>Not now, and it is not shown.</summary>
    Hidden = 2,
}

/// <summary>How an icon is drawn.</summary>
public enum IconVariant
{
    /// <summary>Its outline.</summary>
    Regular = 0,

    /// <summary>Filled.</summary>
    Filled = 1,
}

/// <summary>A command as it is shown.</summary>
public sealed record ResourceCommandSnapshot
{
    internal ResourceCommandSnapshot(string name, ResourceCommandState state, string displayName, string? displayDescription, string? confirmationMessage, string? iconName, IconVariant? iconVariant, bool isHighlighted)
    {
        Name = name;
        State = state;
        DisplayName = displayName;
        DisplayDescription = displayDescription;
        ConfirmationMessage = confirmationMessage;
        IconName = iconName;
        IconVariant = iconVariant;
        IsHighlighted = isHighlighted;
    }

    /// <summary>The name by which it is asked for.</summary>
    public string Name { get; }

    /// <summary>Whether it can be asked for now.</summary>
    public ResourceCommandState State { get; }

    /// <summary>The name that people see.</summary>
    public string DisplayName { get; }

    /// <summary>What it does.</summary>
    public string? DisplayDescription { get; }

    /// <summary>What to ask before.</summary>
    public string? ConfirmationMessage { get; }

    /// <summary>The icon (a Fluent UI name).</summary>
    public string? IconName { get; }

    /// <summary>How the icon is drawn.</summary>
    public IconVariant? IconVariant { get; }

    /// <summary>Whether it is shown before the others.</summary>
    public bool IsHighlighted { get; }
}

/// <summary>What a command's availability is judged by.</summary>
public sealed class UpdateCommandStateContext
{
    /// <summary>The resource's state.</summary>
    public required CustomResourceSnapshot ResourceSnapshot { get; init; }
}
