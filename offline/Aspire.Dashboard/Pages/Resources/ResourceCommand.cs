using Aspire.Dashboard.Resources;
using Aspire.Hosting.ApplicationModel;

namespace Aspire.Dashboard.Pages.Resources;

/// <summary>Something that can be asked of a resource, as a button.</summary>
/// <param name="ResourceId">Who is asked.</param>
/// <param name="Name">The button's text.</param>
/// <param name="Description">What it does.</param>
/// <param name="Confirmation">What to ask before; null to ask nothing.</param>
/// <param name="IsEnabled">Whether it can be asked for now.</param>
/// <param name="IsHighlighted">Whether it is among the first things that somebody wants.</param>
/// <param name="Address">Where the button posts to.</param>
public sealed record ResourceCommand(string ResourceId, string Name, string? Description, string? Confirmation, bool IsEnabled, bool IsHighlighted, string Address)
{
    internal static IEnumerable<ResourceCommand> AllOf(BoardEntry entry) => entry.Commands.Select(command => new ResourceCommand(
        entry.Id,
        command.DisplayName,
        command.DisplayDescription,
        command.ConfirmationMessage,
        command.State == ResourceCommandState.Enabled,
        command.IsHighlighted,
        ResourceAddress.Of(entry.Id, "commands", command.Name)));
}
