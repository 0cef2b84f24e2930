using Aspire.Dashboard.Resources;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Aspire.Dashboard.Pages;

/// <summary>All parts of the application and how they are.</summary>
public sealed class IndexModel(ResourceBoard board) : PageModel
{
    /// <summary>The parts.</summary>
    public ResourceBoard Board { get; } = board;
}
