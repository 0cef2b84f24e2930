using Forge.Api.Problems;

namespace Microsoft.Extensions.Hosting;

internal static class ProblemsHostingExtensions
{
    /// <summary>Makes every error an <c>application/problem+json</c> with a <c>traceId</c>.</summary>
    public static TBuilder AddProblems<TBuilder>(this TBuilder builder)
        where TBuilder : IHostApplicationBuilder
    {
        // Before AddProblemDetails: the first writer that can write does.
        builder.Services.AddSingleton<IProblemDetailsWriter, ProblemJsonWriter>();
        builder.Services.AddProblemDetails();
        builder.Services.AddExceptionHandler<BadRequestExceptionHandler>();
        builder.Services.AddExceptionHandler<DatabaseOutageHandler>();
        builder.Services.ConfigureHttpJsonOptions(json => json.SerializerOptions.Converters.Add(new UnambiguousTimeConverter()));

        // Unreadable requests come to the handler above, in every environment.
        builder.Services.Configure<RouteHandlerOptions>(options => options.ThrowOnBadRequest = true);
        return builder;
    }

    /// <summary>Turns exceptions and errors without a body into problems.</summary>
    public static IApplicationBuilder UseProblems(this IApplicationBuilder app) => app.UseExceptionHandler().UseStatusCodePages();
}
