using System.Threading.RateLimiting;
using Forge.Api.Accounts;
using Forge.Api.Problems;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Forge.Api.RateLimiting;

internal static class RateLimitingExtensions
{
    private const string AnonymousPolicy = "anonymous";

    public static TBuilder AddRateLimits<TBuilder>(this TBuilder builder)
        where TBuilder : IHostApplicationBuilder
    {
        builder.Services.AddOptionsWithValidateOnStart<RateLimitOptions>().BindConfiguration(RateLimitOptions.SectionName);
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<RateLimitOptions>, RateLimitOptionsValidator>());
        builder.Services.AddRateLimiter(limiter =>
        {
            limiter.RejectionStatusCode = StatusCodes.Status429TooManyRequests;
            limiter.OnRejected = RejectAsync;
        });
        builder.Services.AddOptions<RateLimiterOptions>().Configure<IOptions<RateLimitOptions>>((limiter, limits) =>
            limiter.AddPolicy(AnonymousPolicy, http => PartitionByCaller(http, limits.Value)));

        return builder.AddForwardedCallers();
    }

    /// <summary>Counts these routes together: per user when signed in, else per address.</summary>
    public static TBuilder RequireAnonymousRateLimit<TBuilder>(this TBuilder endpoints)
        where TBuilder : IEndpointConventionBuilder =>
        endpoints.RequireRateLimiting(AnonymousPolicy);

    private static RateLimitPartition<string> PartitionByCaller(HttpContext http, RateLimitOptions limits) =>
        RateLimitPartition.GetFixedWindowLimiter(
            http.User.FindUserId()?.ToString() ?? http.Connection.RemoteIpAddress?.ToString() ?? "unknown",
            _ => new FixedWindowRateLimiterOptions { PermitLimit = limits.Requests, Window = limits.Window });

    private static async ValueTask RejectAsync(OnRejectedContext context, CancellationToken cancellationToken)
    {
        var http = context.HttpContext;
        if (context.Lease.TryGetMetadata(MetadataName.RetryAfter, out var retryAfter))
        {
            http.Response.SetRetryAfter(retryAfter);
        }

        var problem = new ProblemDetails { Detail = "You sent too many requests. Go on after the time that Retry-After says." };
        await http.RequestServices.GetRequiredService<IProblemDetailsService>()
            .WriteAsync(new ProblemDetailsContext { HttpContext = http, ProblemDetails = problem });
    }
}
