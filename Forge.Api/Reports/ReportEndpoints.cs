using Forge.Api.Lanes;
using Forge.Api.Problems;
using Forge.Api.RateLimiting;
using Forge.Contracts;
using Forge.PostResponse;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.OutputCaching;

namespace Forge.Api.Reports;

internal static class ReportEndpoints
{
    private const string EvictTaskName = "evict-report";

    public static void MapReports(this IEndpointRouteBuilder routes)
    {
        var reports = routes.MapGroup("").WithTags("Request lane").InLane(Lane.Request).AllowAnonymous().RequireAnonymousRateLimit();
        reports.MapPost("/report", WriteReport)
            .WithSummary("Write a short report inside the request")
            .ProducesProblem(StatusCodes.Status503ServiceUnavailable);
        reports.MapGet("/reports/{reportId}", GetReport)
            .WithSummary("Read a report, for an hour after it was written")
            .CacheOutput(policy => policy.AddPolicy<ReportCachePolicy>().SetVaryByQuery([]))
            .Produces(StatusCodes.Status200OK, contentType: "application/pdf")
            .ProducesProblem(StatusCodes.Status404NotFound);
    }

    private static async Task<Results<Ok<ReportResponse>, ValidationProblem>> WriteReport(
        ReportRequest request, ReportWriter writer, PostResponseTasks tasks, CancellationToken cancellationToken)
    {
        if (!ReportId.IsValid(request.ReportId))
        {
            return FieldErrors.Problem("reportId", ReportId.Rule);
        }

        var reportId = request.ReportId;
        var rows = await writer.WriteAsync(reportId, cancellationToken);

        // Whoever reads before that gets the report as it was, which its lifetime in the cache allows anyway.
        tasks.Add(EvictTaskName, (services, cancellation) =>
            services.GetRequiredService<IOutputCacheStore>().EvictByTagAsync(ReportCachePolicy.TagOf(reportId), cancellation).AsTask());
        return TypedResults.Ok(new ReportResponse(reportId, rows, $"/forge/reports/{reportId}"));
    }

    private static async Task<Results<FileContentHttpResult, ValidationProblem, ProblemHttpResult>> GetReport(
        string reportId, ReportTable reports, TimeProvider timeProvider, CancellationToken cancellationToken)
    {
        if (!ReportId.IsValid(reportId))
        {
            return FieldErrors.Problem("reportId", ReportId.Rule);
        }

        return await reports.FindAsync(reportId, timeProvider.GetUtcNow(), cancellationToken) is { } report
            ? TypedResults.File(report.Content, report.ContentType, $"{reportId}.pdf")
            : TypedResults.Problem(
                "There is no report of this id, or its hour is over. Write it with POST /forge/report.",
                statusCode: StatusCodes.Status404NotFound);
    }
}
