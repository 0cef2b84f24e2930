using Aspire.Hosting.ApplicationModel;

namespace Forge.Hosting.Stopping;

/// <summary>How long a resource may take to stop.</summary>
/// <param name="limit">The time.</param>
internal sealed class StopTimeAnnotation(TimeSpan limit) : IResourceAnnotation
{
    public static readonly TimeSpan Default = TimeSpan.FromSeconds(10);

    public TimeSpan Limit { get; } = limit;
}
