using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Security.Claims;
using Forge.Contracts;
using Forge.Data.Outages;
using Forge.Jobs;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace Forge.Api.Jobs;

internal static class JobEventEndpoint
{
    private const string EndId = "end";

    /// <summary>How long a stream that is open waits before it asks a database again that was away.</summary>
    private static readonly TimeSpan OutagePause = TimeSpan.FromSeconds(2);

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
            : new EventStream<JobEventResponse>(ending => EventsAsync(id, reader, timeProvider, lifetime.ApplicationStopping, ending), timeProvider);
    }

    private static async IAsyncEnumerable<SseItem<JobEventResponse>> EventsAsync(
        Guid id, JobReader reader, TimeProvider timeProvider, CancellationToken stopping, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, stopping);
        await using var snapshots = FollowThroughOutagesAsync(id, reader, timeProvider, ending.Token).GetAsyncEnumerator(ending.Token);
        JobSnapshot? last = null;
        var number = 0;
        while (await MoveNextAsync(snapshots, stopping))
        {
            var now = snapshots.Current;
            if (now == last)
            {
                // As it was before an outage.
                continue;
            }

            var isSameRun = last is not null && last.State == now.State && last.Attempt == now.Attempt;
            yield return Item(now, isSameRun ? "progress" : "state", $"{++number}");
            last = now;
        }

        if (last is not null && !stopping.IsCancellationRequested)
        {
            yield return Item(last, "end", EndId);
        }
    }

    /// <summary>An open stream outlives an outage, with comments and no events: a browser that is refused when it reconnects does not try again.</summary>
    private static async IAsyncEnumerable<JobSnapshot> FollowThroughOutagesAsync(
        Guid id, JobReader reader, TimeProvider timeProvider, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var isOver = false;
        while (!isOver)
        {
            await using var snapshots = reader.FollowAsync(id, cancellationToken).GetAsyncEnumerator(cancellationToken);
            var isAway = false;
            while (!isAway && !isOver)
            {
                try
                {
                    isOver = !await snapshots.MoveNextAsync();
                }
                catch (Exception exception) when (DatabaseOutage.Is(exception))
                {
                    isAway = true;
                }

                if (!isAway && !isOver)
                {
                    yield return snapshots.Current;
                }
            }

            if (isAway)
            {
                await Task.Delay(OutagePause, timeProvider, cancellationToken);
            }
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
