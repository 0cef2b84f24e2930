using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Forge.Web.Pages;

public sealed class IndexModel : PageModel;
