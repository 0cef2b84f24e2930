using System.Collections.Concurrent;
using System.Globalization;
using Forge.ChaosTests;
using Xunit.Sdk;
using Xunit.v3;

[assembly: AssemblyFixture(typeof(Scorecard))]
[assembly: Parallelization(Mode = ParallelMode.None)]

namespace Forge.ChaosTests;

/// <summary>One line per scenario, printed when all have been played.</summary>
public sealed class Scorecard : IDisposable
{
    private readonly ConcurrentQueue<string> _lines = [];

    internal void Note(string scenario, Tally tally, TimeSpan? recovered, string harmed) => _lines.Enqueue(string.Create(
        CultureInfo.InvariantCulture,
        $"| {scenario,-58} | {tally.Jobs,6} | {tally.Lost,4} | {tally.RepeatedRuns,14} | {tally.DuplicateEffects,17} | {tally.NeedlessRescues,16} | {recovered?.TotalSeconds,12:0.0} | {harmed} |"));

    public void Dispose()
    {
        Console.WriteLine($"| {"scenario",-58} |   jobs | lost | duplicate runs | duplicate effects | needless rescues | recovered, s | harmed |");
        Console.WriteLine($"|{new string('-', 60)}|-------:|-----:|---------------:|------------------:|-----------------:|-------------:|--------|");
        foreach (var line in _lines)
        {
            Console.WriteLine(line);
        }
    }
}
