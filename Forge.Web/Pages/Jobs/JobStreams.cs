using System.Net;
using Forge.Contracts;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;

namespace Forge.Web.Pages.Jobs;

/// <summary>What the browser gets of a job besides pages: its events as they happen, and its result. Both are the API's, passed through.</summary>
internal static class JobStreams
{
    private const string EventStream = "text/event-stream";

    public static IEndpointRouteBuilder MapJobStreams(this IEndpointRouteBuilder routes)
    {
        var job = routes.MapGroup("/jobs/{id:guid}").RequireAuthorization();
        job.MapGet("/events", FollowJob);
        job.MapGet("/result", DownloadResult);
        return routes;
    }

    /// <summary>Ends when the API's stream ends, the browser leaves, or this server stops.</summary>
    private static async Task FollowJob(Guid id, HttpContext context, IForgeApi api, IHostApplicationLifetime lifetime)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, lifetime.ApplicationStopping);
        try
        {
            string? lastEventId = context.Request.Headers["Last-Event-ID"];
            using var upstream = await api.GetJobEventsAsync(id, lastEventId, ending.Token);
            context.Response.StatusCode = (int)upstream.StatusCode;
            if (!upstream.IsSuccessStatusCode)
            {
                return;
            }

            context.Response.ContentType = EventStream;
            context.Response.Headers.CacheControl = "no-store";
            context.Response.Headers["X-Accel-Buffering"] = "no"; // or nginx keeps the events until the end; the API's comments keep it from ending a silent stream
            context.Features.GetRequiredFeature<IHttpResponseBodyFeature>().DisableBuffering();
            await using var events = await upstream.Content.ReadAsStreamAsync(ending.Token);
            await CopyAtOnceAsync(events, context.Response.Body, ending.Token);
        }
        catch (Exception) when (ending.IsCancellationRequested)
        {
            // Nobody listens any more, in whatever way the reading or writing noticed it.
        }
    }

    private static async Task CopyAtOnceAsync(Stream events, Stream browser, CancellationToken cancellationToken)
    {
        var buffer = new byte[4096];
        int read;
        while ((read = await events.ReadAsync(buffer, cancellationToken)) > 0)
        {
            await browser.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
            await browser.FlushAsync(cancellationToken);
        }
    }

    private static async Task<IResult> DownloadResult(Guid id, HttpContext context, IForgeApi api, CancellationToken cancellationToken)
    {
        var upstream = await api.GetJobResultAsync(id, cancellationToken);
        context.Response.RegisterForDispose(upstream);
        if (upstream.StatusCode == HttpStatusCode.Conflict)
        {
            // Not completed: the job's page says how far it is.
            return TypedResults.Redirect($"/jobs/{id}");
        }

        if (upstream.StatusCode == HttpStatusCode.Unauthorized)
        {
            return TypedResults.Challenge();
        }

        if (!upstream.IsSuccessStatusCode)
        {
            return TypedResults.StatusCode((int)upstream.StatusCode);
        }

        // Always as a download: a result never becomes a page of this site.
        var content = upstream.Content.Headers;
        var stream = await upstream.Content.ReadAsStreamAsync(cancellationToken);
        return TypedResults.Stream(stream, content.ContentType?.ToString(), FileNameOf(content) ?? $"job-{id}");
    }

    private static string? FileNameOf(System.Net.Http.Headers.HttpContentHeaders content) =>
        HeaderUtilities.RemoveQuotes(content.ContentDisposition?.FileNameStar ?? content.ContentDisposition?.FileName).Value;
}
