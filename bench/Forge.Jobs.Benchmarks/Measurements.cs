using System.Diagnostics;
using Figures = System.Collections.Generic.IReadOnlyList<(string Name, string Unit, double Value)>;

namespace Forge.Jobs.Benchmarks;

/// <summary>What is measured, the same for every system.</summary>
internal static class Measurements
{
    private const string PerSecond = "jobs/s";
    private const string Milliseconds = "ms";
    private const int Callers = 32;
    private const int BulkSize = 1_000;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    /// <summary>Lets the runtime compile what it will measure: always as much, since fewer jobs would leave more of that to the first measure.</summary>
    public static async Task WarmUpAsync(IJobSystem system, Settings settings)
    {
        for (var pass = 0; pass < 2; pass++)
        {
            await DrainAsync(system, settings, Jobs(20_000, "drain"));
            await SingleAsync(system, settings, Jobs(30_000, "single"));
            await TogetherAsync(system, settings, Jobs(20_000, "together"));
        }

        int Jobs(int count, string measure) => (int)(count * system.ShareOf(measure));
    }

    public static Task<Figures> TakeAsync(string measure, IJobSystem system, Settings settings) =>
        system.ShareOf(measure) is > 0 and var share ? TakeAsync(measure, system, settings, share) : Task.FromResult<Figures>([]);

    private static Task<Figures> TakeAsync(string measure, IJobSystem system, Settings settings, double share) => measure switch
    {
        "single" => RateAsync("enqueue one by one, 32 at once", settings.Jobs(30_000, share), jobs => SingleAsync(system, settings, jobs)),
        "bulk" => RateAsync("enqueue in bulk", settings.Jobs(100_000, share), jobs => BulkAsync(system, settings, jobs)),
        "drain" => RateAsync("drain of a full list", settings.Jobs(50_000, share), jobs => DrainAsync(system, settings, jobs)),
        "together" => RateAsync("enqueue and drain together", settings.Jobs(30_000, share), jobs => TogetherAsync(system, settings, jobs)),
        "pickup" => PickupAsync(system, settings.Jobs(300, share)),
        "history" => HistoryAsync(system, settings),
        "idle" => IdleAsync(system, settings),
        _ => throw new ArgumentException($"The measure '{measure}' is not known."),
    };

    /// <summary>The rate, and what a job costs in processor time, which other programs on the machine change less.</summary>
    private static async Task<Figures> RateAsync(string name, int jobs, Func<int, Task<Pace>> measure)
    {
        var pace = await measure(jobs);
        return
        [
            (name, PerSecond, jobs / pace.Elapsed.TotalSeconds),
            ($"{name}: program", "µs of processor per job", pace.Program.TotalMicroseconds / jobs),
            ($"{name}: Postgres", "µs of processor per job", pace.Postgres.TotalMicroseconds / jobs),
        ];
    }

    private static async Task<Pace> SingleAsync(IJobSystem system, Settings settings, int jobs)
    {
        await system.ResetAsync();
        var begun = Moment.Now(settings);
        await EnqueueSinglyAsync(system, jobs);
        return begun.Until(Moment.Now(settings));
    }

    private static Task EnqueueSinglyAsync(IJobSystem system, int jobs)
    {
        var left = jobs;
        return Task.WhenAll(Enumerable.Range(0, Callers).Select(_ => Task.Run(async () =>
        {
            while (Interlocked.Decrement(ref left) >= 0)
            {
                await system.EnqueueAsync();
            }
        })));
    }

    private static async Task<Pace> BulkAsync(IJobSystem system, Settings settings, int jobs)
    {
        await system.ResetAsync();
        var begun = Moment.Now(settings);
        await FillAsync(system, jobs);
        return begun.Until(Moment.Now(settings));
    }

    /// <summary>From the first job's start until all are stored as done.</summary>
    private static async Task<Pace> DrainAsync(IJobSystem system, Settings settings, int jobs, int finishedBefore = 0)
    {
        await system.ResetAsync();
        if (finishedBefore > 0)
        {
            await system.AddFinishedAsync(finishedBefore);
        }

        await FillAsync(system, jobs);
        var runs = new RunCounter(jobs);
        await system.StartWorkerAsync(runs.Ran);
        await runs.FirstAsync.WaitAsync(Patience);
        var begun = Moment.Now(settings);
        await WaitUntilDoneAsync(system, runs);
        var pace = begun.Until(Moment.Now(settings));
        await system.StopWorkerAsync();
        return pace;
    }

    private static async Task FillAsync(IJobSystem system, int jobs)
    {
        for (var sent = 0; sent < jobs; sent += BulkSize)
        {
            await system.EnqueueManyAsync(Math.Min(BulkSize, jobs - sent));
        }
    }

    private static async Task<Pace> TogetherAsync(IJobSystem system, Settings settings, int jobs)
    {
        await system.ResetAsync();
        var runs = new RunCounter(jobs);
        await system.StartWorkerAsync(runs.Ran);
        var begun = Moment.Now(settings);
        await EnqueueSinglyAsync(system, jobs);
        await WaitUntilDoneAsync(system, runs);
        var pace = begun.Until(Moment.Now(settings));
        await system.StopWorkerAsync();
        return pace;
    }

    /// <summary>From the call that enqueues to the handler's first line, on an idle system.</summary>
    private static async Task<Figures> PickupAsync(IJobSystem system, int jobs)
    {
        await system.ResetAsync();
        var started = new TaskCompletionSource<long>();
        await system.StartWorkerAsync(() => Volatile.Read(ref started).TrySetResult(Stopwatch.GetTimestamp()));
        var times = new List<double>(jobs);
        for (var i = 0; i < jobs; i++)
        {
            await Task.Delay(20 + i % 7);
            Volatile.Write(ref started, new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously));
            var begun = Stopwatch.GetTimestamp();
            await system.EnqueueAsync();
            times.Add(Stopwatch.GetElapsedTime(begun, await started.Task.WaitAsync(Patience)).TotalMilliseconds);
        }

        await system.StopWorkerAsync();
        times.Sort();
        return [("idle pickup p50", Milliseconds, times[times.Count / 2]), ("idle pickup p99", Milliseconds, times[times.Count * 99 / 100])];
    }

    /// <summary>What a large table costs: 100,000 jobs drained with and without a million finished ones beside them.</summary>
    private static async Task<Figures> HistoryAsync(IJobSystem system, Settings settings)
    {
        await system.ResetAsync();
        if (!await system.AddFinishedAsync(0))
        {
            return [];
        }

        var jobs = settings.Jobs(100_000);
        var without = jobs / (await DrainAsync(system, settings, jobs)).Elapsed.TotalSeconds;
        var with = jobs / (await DrainAsync(system, settings, jobs, settings.Jobs(1_000_000))).Elapsed.TotalSeconds;
        return [("drain of 100,000", PerSecond, without), ("drain of 100,000 beside 1,000,000 finished", PerSecond, with), ("of that without them", "%", 100 * with / without)];
    }

    /// <summary>Processor time of an idle worker, and of Postgres beneath it.</summary>
    private static async Task<Figures> IdleAsync(IJobSystem system, Settings settings)
    {
        await system.ResetAsync();
        await system.StartWorkerAsync(() => { });
        // The runtime compiles again what was called 30 and 60 times: for something that happens every 5 s, that is 5 minutes after the start.
        await Task.Delay(TimeSpan.FromMinutes(6));
        var elapsed = TimeSpan.FromSeconds(60);
        var begun = Moment.Now(settings);
        await Task.Delay(elapsed);
        var pace = begun.Until(Moment.Now(settings));
        await system.StopWorkerAsync();
        return [("idle worker", "% of a core", 100 * (pace.Program / pace.Elapsed)), ("Postgres below it", "% of a core", 100 * (pace.Postgres / pace.Elapsed))];
    }

    private static async Task WaitUntilDoneAsync(IJobSystem system, RunCounter runs)
    {
        await runs.AllAsync.WaitAsync(Patience);
        while (await system.CountOpenAsync() > 0)
        {
            await Task.Delay(5);
        }

        runs.CheckThatEachRanOnce();
    }

    /// <summary>Counts the runs; a job that ran twice has counted twice.</summary>
    private sealed class RunCounter(int expected)
    {
        private readonly TaskCompletionSource _first = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _all = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _count;

        public Task FirstAsync => _first.Task;

        public Task AllAsync => _all.Task;

        public void CheckThatEachRanOnce()
        {
            if (Volatile.Read(ref _count) is var count && count != expected)
            {
                throw new InvalidOperationException($"{expected} jobs ran {count} times.");
            }
        }

        public void Ran()
        {
            var count = Interlocked.Increment(ref _count);
            if (count == 1)
            {
                _first.TrySetResult();
            }

            if (count == expected)
            {
                _all.TrySetResult();
            }
        }
    }
}
