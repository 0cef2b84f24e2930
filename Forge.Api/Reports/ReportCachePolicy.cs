using Microsoft.AspNetCore.OutputCaching;

namespace Forge.Api.Reports;

/// <summary>Keeps the answer with a report for half a minute, under a tag by which writing the report again evicts it.</summary>
internal sealed class ReportCachePolicy : IOutputCachePolicy
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(30);

    public static string TagOf(string? reportId) => $"report:{reportId}";

    public ValueTask CacheRequestAsync(OutputCacheContext context, CancellationToken cancellation)
    {
        context.Tags.Add(TagOf(context.HttpContext.GetRouteValue("reportId") as string));
        context.ResponseExpirationTimeSpan = Lifetime;
        return ValueTask.CompletedTask;
    }

    public ValueTask ServeFromCacheAsync(OutputCacheContext context, CancellationToken cancellation) => ValueTask.CompletedTask;

    public ValueTask ServeResponseAsync(OutputCacheContext context, CancellationToken cancellation) => ValueTask.CompletedTask;
}
