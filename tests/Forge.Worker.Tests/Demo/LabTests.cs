using Forge.Contracts;
using Forge.Jobs;

namespace Forge.Worker.Tests.Demo;

public sealed class LabTests(WorkerSite site) : IClassFixture<WorkerSite>
{
    [Fact]
    public async Task Worker_WhereTheLabIsOff_LeavesDemoJobsAlone()
    {
        var demo = await site.EnqueueAsync(JobKinds.DemoNoop, new DemoNoopPayload());
        var mail = await site.EnqueueAsync(JobKinds.EmailSend, new EmailPayload("ada@example.org", "Hello", "Ada"));

        using var worker = WorkerProcess.Start(new Dictionary<string, string?>(site.Settings) { ["Lab:Enabled"] = "false" });

        // What came later is done; the demo job is where it was.
        await site.WaitForAsync(mail, JobState.Completed);
        await site.WaitForAsync(demo, JobState.Available);
    }
}
