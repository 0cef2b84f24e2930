using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Forge.PostResponse.TestApp.Pages;

public sealed class ContactModel(PostResponseTasks tasks, Journal journal) : PageModel
{
    public void OnGet()
    {
        Response.OnCompleted(() =>
        {
            journal.Write("response");
            return Task.CompletedTask;
        });
        tasks.Add("count-visit", (services, _) =>
        {
            services.GetRequiredService<Journal>().Write("visit");
            return Task.CompletedTask;
        });
    }
}
