namespace Forge.ChaosTests;

/// <summary>What the random scenario does to its processes, one thing after the other, each undone before the next; only a frozen worker sleeps on meanwhile.</summary>
internal sealed class Harm(ChaosApp app, int seed)
{
    private static readonly TimeSpan FrozenFor = TimeSpan.FromSeconds(11); // longer than a lease and the rescuer's interval
    private readonly Random _random = new(seed);
    private readonly Dictionary<ChaosProcess, DateTimeOffset> _frozen = [];
    private readonly SortedDictionary<string, int> _done = new(StringComparer.Ordinal);

    /// <summary>What was done how often.</summary>
    public string Summary => string.Join(", ", _done.Select(kind => $"{kind.Value} {kind.Key}"));

    /// <summary>Does the next harm of the seed's sequence.</summary>
    public async Task DoNextAsync(CancellationToken cancellationToken)
    {
        Wake(DateTimeOffset.UtcNow - FrozenFor);
        var worker = app.Workers[_random.Next(app.Workers.Count)];
        switch (_random.Next(8))
        {
            case 0 or 1:
                Count("worker kills");
                _frozen.Remove(worker);
                await worker.EndAsync(UnixSignal.Kill, cancellationToken);
                await worker.StartAsync(cancellationToken);
                break;
            case 2:
                Count("API kills");
                await app.Api.EndAsync(UnixSignal.Kill, cancellationToken);
                await app.StartApiAsync(cancellationToken);
                break;
            case 3:
                Count("FLUSHALLs");
                await app.Lists.FlushAsync(cancellationToken);
                break;
            case 4:
                Count("Redis kills");
                await app.Redis.EndAsync(UnixSignal.Kill, cancellationToken);
                await app.StartRedisAsync(cancellationToken);
                break;
            case 5:
                Count("fast restarts of Postgres");
                await app.RestartPostgresAsync(UnixSignal.Interrupt, cancellationToken);
                break;
            case 6:
                Count("immediate restarts of Postgres");
                await app.RestartPostgresAsync(UnixSignal.Quit, cancellationToken);
                break;
            default:
                if (!_frozen.ContainsKey(worker) && worker.TrySend(UnixSignal.Stop))
                {
                    Count("freezes");
                    _frozen.Add(worker, DateTimeOffset.UtcNow);
                }

                break;
        }

        // For how long the processes are left in peace is part of the harm.
        await Task.Delay(_random.Next(200, 2_000), cancellationToken);
    }

    /// <summary>Wakes all workers that are frozen.</summary>
    public void WakeAll() => Wake(DateTimeOffset.MaxValue);

    private void Wake(DateTimeOffset frozenBefore)
    {
        foreach (var (worker, _) in _frozen.Where(frozen => frozen.Value <= frozenBefore).ToList())
        {
            _frozen.Remove(worker);
            worker.TrySend(UnixSignal.Continue);
        }
    }

    private void Count(string kind) => _done[kind] = _done.GetValueOrDefault(kind) + 1;
}
