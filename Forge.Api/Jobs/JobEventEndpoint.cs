using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Security.Claims;
using Forge.Contracts;
using Forge.Jobs;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace Forge.Api.Jobs;

internal static class JobEventEndpoint
{
    private const string EndId = "end";

    /// <remarks>
    /// Every stream begins with the current state, so a client that reconnects misses nothing that matters. One that has seen the end is
    /// answered with 204, which tells a browser's EventSource to stop reconnecting.
    /// </remarks>
    public static async Task<Results<EventStream<JobEventResponse>, NoContent, ProblemHttpResult>> FollowJob(
        Guid id,
        JobReader reader,
        ClaimsPrincipal caller,
        IHostApplicationLifetime lifetime,
        TimeProvider timeProvider,
        CancellationToken cancellationToken,
        [FromHeader(Name = "Last-Event-ID")] string? lastEventId = null)
    {
        if (await reader.FindVisibleAsync(id, caller, cancellationToken) is not { } job)
        {
            return JobProblems.NotFound();
        }

        return lastEventId == EndId && job.State.IsFinished()
            ? TypedResults.NoContent()
            : new EventStream<JobEventResponse>(ending => EventsAsync(id, reader, lifetime.ApplicationStopping, ending), timeProvider);
    }

    private static async IAsyncEnumerable<SseItem<JobEventResponse>> EventsAsync(
        Guid id, JobReader reader, CancellationToken stopping, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, stopping);
        await using var snapshots = reader.FollowAsync(id, ending.Token).GetAsyncEnumerator(ending.Token);
        JobSnapshot? last = null;
        for (var number = 1; await MoveNextAsync(snapshots, stopping); number++)
        {
            var now = snapshots.Current;
            var isSameRun = last is not null && last.State == now.State && last.Attempt == now.Attempt;
            yield return Item(now, isSameRun ? "progress" : "state", $"{number}");
            last = now;
        }

        if (last is not null && !stopping.IsCancellationRequested)
        {
            yield return Item(last, "end", EndId);
        }
    }

    // A stop of the server ends the streams at once and in order, rather than holding it up until its shutdown timeout; clients reconnect.
    private static async ValueTask<bool> MoveNextAsync(IAsyncEnumerator<JobSnapshot> snapshots, CancellationToken stopping)
    {
        try
        {
            return await snapshots.MoveNextAsync();
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            return false;
        }
    }

    private static SseItem<JobEventResponse> Item(JobSnapshot job, string type, string id) =>
        new(job.ToResponse(), type) { EventId = id };
}
