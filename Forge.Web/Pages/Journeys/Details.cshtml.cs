using System.Net;
using Forge.Contracts;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Refit;

namespace Forge.Web.Pages.Journeys;

internal sealed partial class DetailsModel(DashboardClient dashboard, IForgeApi api, ILogger<DetailsModel> logger) : PageModel
{
    private const int MaxJobsAsked = 20;

    public string TraceId { get; private set; } = "";

    public string Title { get; private set; } = "There is no such journey";

    public string Advice { get; private set; } = "The dashboard keeps nothing of this trace, or the request belongs to somebody else. "
        + "A new trace arrives some seconds after its work. Old ones are dropped, since the dashboard's memory is bounded.";

    public bool IsCut { get; private set; }

    public Journey? Journey { get; private set; }

    public async Task OnGetAsync(string traceId, CancellationToken cancellationToken)
    {
        TraceId = traceId;
        try
        {
            Journey = DashboardClient.IsTraceId(traceId) ? await FindAsync(traceId, cancellationToken) : null;
            Title = Journey?.Tracks[0].Name ?? Title;
            Response.StatusCode = Journey is null ? StatusCodes.Status404NotFound : StatusCodes.Status200OK;
        }
        catch (DashboardException failure)
        {
            LogNoSpans(traceId, failure);
            (Title, Advice, Response.StatusCode) = (failure.Message, failure.Advice, failure.Status);
            if (failure.Status == StatusCodes.Status503ServiceUnavailable)
            {
                Response.Headers.RetryAfter = "5";
            }
        }
    }

    private async Task<Journey?> FindAsync(string traceId, CancellationToken cancellationToken)
    {
        (var requestTrace, var spans, IsCut) = await dashboard.ReadAsync(traceId, cancellationToken);
        return Journey.From(requestTrace, spans) is { } journey && await MaySeeAsync(journey, requestTrace, cancellationToken) ? journey : null;
    }

    /// <summary>
    /// Administrators see every journey. Other users see one when its request enqueued a job, the API shows them every job that it enqueued, and
    /// says of each that this request did it. What belongs to somebody else looks like what is not there.
    /// </summary>
    private async Task<bool> MaySeeAsync(Journey journey, string requestTrace, CancellationToken cancellationToken)
    {
        if ((await api.GetOwnUserAsync(cancellationToken)).IsAdmin)
        {
            return true;
        }

        try
        {
            var jobs = await Task.WhenAll(journey.SentJobs.Take(MaxJobsAsked).Select(id => api.GetJobAsync(id, cancellationToken)));
            return jobs.Length > 0 && jobs.All(job => job.TraceId == requestTrace);
        }
        catch (ApiException failure) when (failure.StatusCode == HttpStatusCode.NotFound)
        {
            return false;
        }
    }

    [LoggerMessage(LogLevel.Warning, "The journey of trace {TraceId} could not be shown, because the dashboard gave no spans.")]
    private partial void LogNoSpans(string traceId, Exception exception);
}
