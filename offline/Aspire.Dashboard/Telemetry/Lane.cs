namespace Aspire.Dashboard.Telemetry;

/// <summary>Where work runs, as the attribute <c>forge.lane</c> of a trace's root says it.</summary>
public enum Lane
{
    /// <summary>Not said.</summary>
    None,

    /// <summary>While the caller waits.</summary>
    Request,

    /// <summary>In the same process, after the response.</summary>
    PostResponse,

    /// <summary>As a job that outlives its process.</summary>
    Durable,
}

/// <summary>The lanes' names.</summary>
public static class Lanes
{
    /// <summary>The attribute that names the lane.</summary>
    public const string AttributeKey = "forge.lane";

    /// <summary>The lane of an attribute's value; <see cref="Lane.None"/> for anything else.</summary>
    public static Lane Parse(string? name) => name switch
    {
        "request" => Lane.Request,
        "post_response" => Lane.PostResponse,
        "durable" => Lane.Durable,
        _ => Lane.None,
    };

    /// <summary>The attribute's value for a lane; null for <see cref="Lane.None"/>.</summary>
    public static string? Name(this Lane lane) => lane switch
    {
        Lane.Request => "request",
        Lane.PostResponse => "post_response",
        Lane.Durable => "durable",
        _ => null,
    };
}
