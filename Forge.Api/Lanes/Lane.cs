namespace Forge.Api.Lanes;

/// <summary>Where the work of a route runs.</summary>
internal enum Lane
{
    Request,
    PostResponse,
    Durable,
}

/// <summary>What an endpoint carries that stands for a lane in the comparison.</summary>
internal sealed record LaneMetadata(Lane Lane);

internal static class LaneExtensions
{
    /// <summary>Counts these routes in <paramref name="lane"/>. A route counts in one lane only: its main one.</summary>
    public static TBuilder InLane<TBuilder>(this TBuilder endpoints, Lane lane)
        where TBuilder : IEndpointConventionBuilder =>
        endpoints.WithMetadata(new LaneMetadata(lane));

    /// <summary>The name of the lane outside, the same as in traces.</summary>
    public static string ToName(this Lane lane) => lane switch
    {
        Lane.Request => "request",
        Lane.PostResponse => "post_response",
        Lane.Durable => "durable",
        _ => throw new ArgumentOutOfRangeException(nameof(lane), lane, "An unknown lane."),
    };
}
