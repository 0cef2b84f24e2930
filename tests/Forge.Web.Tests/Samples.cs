using Forge.Contracts;

namespace Forge.Web.Tests;

internal static class Samples
{
    public static JobResponse Job(string state, int progress = 0, string kind = JobKinds.ReportGenerate)
    {
        var id = Guid.NewGuid();
        var at = DateTimeOffset.UnixEpoch;
        return new(
            id, kind, "reports", 5, state, 1, 5, progress, Message: null, at, at, at, FinishedAt: null, Errors: [], Result: null,
            TraceId: null, Attempts: [], new JobLinks($"/forge/jobs/{id}", $"/forge/jobs/{id}/events", $"/forge/jobs/{id}/result"));
    }
}
