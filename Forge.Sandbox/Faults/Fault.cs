using System.ComponentModel.DataAnnotations;

namespace Forge.Sandbox.Faults;

/// <summary>How a service of the sandbox misbehaves.</summary>
/// <param name="DelayMs">Added to every answer, in milliseconds.</param>
/// <param name="FailureRate">The share of requests that fail, from 0 to 1.</param>
/// <param name="Status">The HTTP status of a failure. SMTP answers 451 whatever this says.</param>
public sealed record Fault(
    [property: Range(0, 60_000)] int DelayMs = 0,
    [property: Range(0.0, 1.0)] double FailureRate = 0,
    [property: Range(400, 599)] int Status = StatusCodes.Status503ServiceUnavailable)
{
    public static readonly Fault None = new();

    public bool Strikes() => FailureRate > 0 && Random.Shared.NextDouble() < FailureRate;

    public Task DelayAsync(TimeProvider timeProvider, CancellationToken cancellationToken) =>
        DelayMs == 0 ? Task.CompletedTask : Task.Delay(TimeSpan.FromMilliseconds(DelayMs), timeProvider, cancellationToken);
}
