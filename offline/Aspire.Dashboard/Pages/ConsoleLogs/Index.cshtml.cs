using Aspire.Dashboard.Pages.Resources;
using Aspire.Dashboard.Resources;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Aspire.Dashboard.Pages.ConsoleLogs;

/// <summary>What one process writes to its output and its error output, as it comes.</summary>
public sealed class IndexModel(ResourceBoard board) : PageModel
{
    /// <summary>The id of the process; the first one's by default.</summary>
    [BindProperty(SupportsGet = true, Name = "resource")]
    public string? SelectedId { get; set; }

    /// <summary>The processes that can be chosen.</summary>
    public IReadOnlyList<BoardEntry> Entries { get; } = [.. board.All.Where(ResourceText.HasProcess)];

    /// <summary>The process; null when there is none of that id.</summary>
    public BoardEntry? Selected => SelectedId is null ? (Entries is [var first, ..] ? first : null) : Entries.FirstOrDefault(entry => string.Equals(entry.Id, SelectedId, StringComparison.OrdinalIgnoreCase));

    /// <summary>The page.</summary>
    public void OnGet() => Response.StatusCode = SelectedId is not null && Selected is null ? 404 : 200;
}
