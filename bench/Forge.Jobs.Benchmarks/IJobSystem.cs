namespace Forge.Jobs.Benchmarks;

/// <summary>One job system under measurement: the same few things of each, so that the measurements are the same for all.</summary>
internal interface IJobSystem : IAsyncDisposable
{
    /// <summary>The name in the table.</summary>
    string Name { get; }

    /// <summary>The part of a measure's usual jobs that it takes, so that the measure lasts seconds; 0 where the system has no such thing.</summary>
    double ShareOf(string measure);

    /// <summary>Empties the system and brings it to the state that it would be in after a start. No worker runs.</summary>
    Task ResetAsync();

    /// <summary>Stores one no-op job; returns when it is durable by the system's own standards.</summary>
    Task EnqueueAsync();

    /// <summary>Stores many no-op jobs the fastest way that the system offers.</summary>
    Task EnqueueManyAsync(int count);

    /// <summary>Starts one worker, which calls <paramref name="ran"/> at the beginning of each job.</summary>
    Task StartWorkerAsync(Action ran);

    Task StopWorkerAsync();

    /// <summary>How many jobs are not stored as done.</summary>
    Task<long> CountOpenAsync();

    /// <summary>Puts finished jobs into the store, as if they had run; false when the system keeps none.</summary>
    Task<bool> AddFinishedAsync(int count);
}
