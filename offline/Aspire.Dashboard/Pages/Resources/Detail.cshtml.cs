using Aspire.Dashboard.Resources;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Aspire.Dashboard.Pages.Resources;

/// <summary>A resource's details alone, for the panel beside the list.</summary>
public sealed class DetailModel(ResourceBoard board) : PageModel
{
    /// <summary>The resource; null when it is not there.</summary>
    public BoardEntry? Selected { get; private set; }

    /// <summary>The details.</summary>
    public void OnGet(string id)
    {
        Selected = board.Find(id);
        Response.StatusCode = Selected is null ? 404 : 200;
    }
}
