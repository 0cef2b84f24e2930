using System.Runtime.CompilerServices;
using Aspire.Dashboard.Telemetry;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Hosting;

namespace Aspire.Dashboard.Live;

/// <summary>Tells pages by server-sent events what has changed, so that they ask again for what they show.</summary>
internal static class ChangeEndpoint
{
    public static void MapChanges(this IEndpointRouteBuilder endpoints) =>
        endpoints.MapGet("/api/changes", (ChangeNotes notes, IHostApplicationLifetime lifetime, HttpContext context) =>
            TypedResults.ServerSentEvents(WatchAsync(notes).UntilCancelled(lifetime.ApplicationStopping, context.RequestAborted), eventType: "change"));

    // Each event's data is the names of topics, such as "traces logs". The first, "connected", makes a browser know that it is connected.
    private static async IAsyncEnumerable<string> WatchAsync(ChangeNotes notes, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        // Watched first: who knows that it is connected misses nothing from then on.
        var changes = notes.WatchAsync(cancellationToken);
        yield return "connected";
        await foreach (var topics in changes)
        {
            yield return string.Join(' ', topics.Select(topic => topic.ToString().ToLowerInvariant()));
        }
    }
}
