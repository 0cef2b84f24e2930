using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using Forge.Contracts;
using Forge.Web.Api;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Refit;

namespace Forge.Web.Pages.Reports;

public sealed class NewModel(IForgeApi api) : PageModel
{
    [BindProperty]
    public Form Input { get; set; } = new();

    public async Task<IActionResult> OnPostAsync(CancellationToken cancellationToken)
    {
        if (!ModelState.IsValid)
        {
            return Page();
        }

        try
        {
            var payload = JsonSerializer.SerializeToElement(new ReportPayload(Input.ReportId, Input.Pages), JsonSerializerOptions.Web);
            var job = await api.EnqueueJobAsync(new EnqueueJobRequest(JobKinds.ReportGenerate, payload), cancellationToken);
            return RedirectToPage("/Jobs/Details", new { id = job.Id });
        }
        catch (ApiException failure) when (ModelState.TryAddProblem(failure, nameof(Input)))
        {
            return Page();
        }
    }

    public sealed class Form
    {
        [Required(ErrorMessage = "Give the report a name.")]
        public string ReportId { get; set; } = "sales";

        [Required(ErrorMessage = "Say how many pages it should have.")]
        public int Pages { get; set; } = 12;
    }
}
