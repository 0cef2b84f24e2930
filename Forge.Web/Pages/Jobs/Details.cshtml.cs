using Forge.Contracts;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Forge.Web.Pages.Jobs;

public sealed class DetailsModel(IForgeApi api) : PageModel
{
    public JobResponse Job { get; private set; } = null!;

    public bool IsFinished => JobState.IsFinished(Job.State);

    public async Task OnGetAsync(Guid id, CancellationToken cancellationToken) =>
        Job = await api.GetJobAsync(id, cancellationToken);

    public async Task<IActionResult> OnPostCancelAsync(Guid id, CancellationToken cancellationToken)
    {
        await api.CancelJobAsync(id, cancellationToken);
        return RedirectToPage(new { id });
    }

    public async Task<IActionResult> OnPostRetryAsync(Guid id, CancellationToken cancellationToken)
    {
        await api.RetryJobAsync(id, cancellationToken);
        return RedirectToPage(new { id });
    }
}
