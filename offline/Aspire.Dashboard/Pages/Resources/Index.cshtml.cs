using Aspire.Dashboard.Resources;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Aspire.Dashboard.Pages.Resources;

/// <summary>All parts of the application and how they are.</summary>
public sealed class IndexModel(ResourceBoard board) : PageModel
{
    /// <summary>The id of the part whose details are shown.</summary>
    [BindProperty(SupportsGet = true, Name = "resource")]
    public string? SelectedId { get; set; }

    /// <summary>The parts.</summary>
    public IReadOnlyList<BoardEntry> Entries { get; } = board.All;

    /// <summary>The part whose details are shown; null for none.</summary>
    public BoardEntry? Selected => Entries.FirstOrDefault(entry => string.Equals(entry.Id, SelectedId, StringComparison.OrdinalIgnoreCase));

    /// <summary>How many are in each state, such as "4 running, 1 finished".</summary>
    public string Summary => string.Join(", ", Entries.GroupBy(entry => ResourceText.State(entry)).OrderByDescending(group => group.Count()).Select(group => $"{group.Count()} {group.Key.ToLowerInvariant()}"));

    /// <summary>What can be asked of a part in its row: what it highlights, as far as it can carry it out now. All commands are among its details.</summary>
    public static IEnumerable<ResourceCommand> QuickCommandsOf(BoardEntry entry) => ResourceCommand.AllOf(entry).Where(command => command.IsHighlighted && command.IsEnabled);
}
