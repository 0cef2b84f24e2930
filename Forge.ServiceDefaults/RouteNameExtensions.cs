using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;

namespace Microsoft.Extensions.Hosting;

/// <summary>Names of routes.</summary>
public static class RouteNameExtensions
{
    /// <summary>
    /// Lets the root of a group be called what it is, <c>/forge/jobs</c>: routing joins a group with <c>"/"</c> or <c>""</c> to <c>/forge/jobs/</c>, and
    /// spans, metrics and logs take their names from that. What is matched stays the same.
    /// </summary>
    public static TBuilder WithPlainRouteNames<TBuilder>(this TBuilder group)
        where TBuilder : IEndpointConventionBuilder
    {
        group.Add(endpoint =>
        {
            if (endpoint is RouteEndpointBuilder { RoutePattern.RawText: { Length: > 1 } text } route && text.EndsWith('/'))
            {
                route.RoutePattern = RoutePatternFactory.Parse(text.TrimEnd('/'));
            }
        });
        return group;
    }
}
