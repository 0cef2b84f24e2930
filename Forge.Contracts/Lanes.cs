namespace Forge.Contracts;

/// <summary>One lane as it is now. The requests are those that the answering process has had since it started; percentiles are of the latest 1,000.</summary>
/// <param name="Lane"><c>request</c>, <c>post_response</c> or <c>durable</c>.</param>
/// <param name="Count">How many requests were answered.</param>
/// <param name="ClientLatencyMs">What their callers waited; null before the first.</param>
/// <param name="WorkTimeMs">
/// What the work took; null before the first. In the request lane the caller waits for it, so it is the latency. In the post-response lane it is
/// all that followed one response, in the durable lane one run of a job by any worker.
/// </param>
/// <param name="Failures">
/// Request lane: answers with a status of 500 or more. Post-response lane: tasks that failed or were lost. Durable lane: failed runs among the
/// latest.
/// </param>
/// <param name="Waiting">Requests that are not answered yet; tasks that have not started; jobs that wait for a worker.</param>
public sealed record LaneResponse(string Lane, long Count, Percentiles? ClientLatencyMs, Percentiles? WorkTimeMs, long Failures, long Waiting);

/// <summary>Half, 95 % and 99 % of the values were no larger.</summary>
public sealed record Percentiles(double P50, double P95, double P99);
