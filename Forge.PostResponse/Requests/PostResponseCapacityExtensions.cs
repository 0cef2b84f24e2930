using Forge.PostResponse;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Reserves room for post-response tasks before a handler runs.</summary>
public static class PostResponseCapacityExtensions
{
    /// <summary>
    /// Reserves room for the tasks of each request before its handler, filters and model binding run. Without room the answer is 503 with
    /// <c>Retry-After</c>, at once or after a wait, as <see cref="PostResponseOptions.WhenFull"/> says.
    /// </summary>
    /// <param name="builder">An endpoint or a group of endpoints: minimal API, controllers or Razor Pages.</param>
    /// <param name="tasks">How many tasks a request adds at most. What it does not use is given back when it ends.</param>
    /// <returns>The same builder.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="tasks"/> is less than 1.</exception>
    /// <remarks>
    /// It also watches the handler from nearby: when the handler throws, its tasks do not run, even where a middleware of the application
    /// turns the exception into an answer without ASP.NET Core's exception handler.
    /// </remarks>
    public static TBuilder RequirePostResponseCapacity<TBuilder>(this TBuilder builder, int tasks = 1)
        where TBuilder : IEndpointConventionBuilder
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentOutOfRangeException.ThrowIfLessThan(tasks, 1);

        builder.Finally(endpoint =>
        {
            if (endpoint.RequestDelegate is not { } handler)
            {
                return;
            }

            var lane = endpoint.ApplicationServices.GetService<PostResponseLane>()
                ?? throw new InvalidOperationException("RequirePostResponseCapacity needs AddPostResponseTasks on the application's builder.");
            var options = endpoint.ApplicationServices.GetRequiredService<IOptions<PostResponseOptions>>().Value;
            if (tasks > options.Capacity)
            {
                throw new InvalidOperationException(
                    $"The endpoint '{endpoint.DisplayName}' requires room for {tasks} post-response tasks, and the lane holds {options.Capacity}.");
            }

            if (tasks > options.MaxTasksPerRequest)
            {
                throw new InvalidOperationException(
                    $"The endpoint '{endpoint.DisplayName}' requires room for {tasks} post-response tasks, and a request may add {options.MaxTasksPerRequest} "
                    + $"({PostResponseOptions.SectionName}:{nameof(options.MaxTasksPerRequest)}).");
            }

            endpoint.RequestDelegate = new CapacityReservation(handler, lane, tasks).InvokeAsync;
            endpoint.Metadata.Add(new ProducesResponseTypeMetadata(
                StatusCodes.Status503ServiceUnavailable, typeof(ProblemDetails), ["application/problem+json"]));
        });
        return builder;
    }
}
