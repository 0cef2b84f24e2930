using System.Diagnostics;

namespace Forge.Jobs.Benchmarks;

/// <summary>How long something took, and the processor time that this program and Postgres spent meanwhile.</summary>
internal sealed record Pace(TimeSpan Elapsed, TimeSpan Program, TimeSpan Postgres);

/// <summary>The clocks at one moment.</summary>
internal sealed record Moment(long At, TimeSpan Program, TimeSpan Postgres)
{
    public static Moment Now(Settings settings) =>
        new(Stopwatch.GetTimestamp(), ProcessorTime.OfThisProcess(), ProcessorTime.OfFamily(settings.PostgresProcess));

    public Pace Until(Moment later) => new(Stopwatch.GetElapsedTime(At, later.At), later.Program - Program, later.Postgres - Postgres);
}
