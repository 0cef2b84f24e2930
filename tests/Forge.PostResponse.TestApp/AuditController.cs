using Microsoft.AspNetCore.Mvc;

namespace Forge.PostResponse.TestApp;

[ApiController]
[Route("mvc")]
public sealed class AuditController(PostResponseTasks tasks, Journal journal) : ControllerBase
{
    [HttpPost("audit")]
    public IActionResult Audit()
    {
        Response.OnCompleted(() =>
        {
            journal.Write("response");
            return Task.CompletedTask;
        });
        tasks.Add("audit", (services, _) => services.GetRequiredService<Journal>().Write("first"));
        tasks.Add("audit", (services, _) => services.GetRequiredService<Journal>().Write("second"));
        return Ok();
    }

    [HttpPost("fail")]
    public IActionResult Fail()
    {
        tasks.Add("never", (services, _) => services.GetRequiredService<Journal>().Write("never"));
        throw new InvalidOperationException("The action fails.");
    }
}
