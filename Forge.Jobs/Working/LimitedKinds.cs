namespace Forge.Jobs;

/// <summary>The kinds with a limit that this worker runs, and when to look for jobs of each. A kind that is held back is not asked for again until something changes.</summary>
internal sealed class LimitedKinds
{
    private readonly Dictionary<string, LimitedKind> _kinds;

    public LimitedKinds(WorkerScope scope, TimeProvider time)
    {
        _kinds = scope.Kinds.Where(kind => kind.Options.IsLimited).ToDictionary(kind => kind.Name, kind => new LimitedKind(kind, time), StringComparer.Ordinal);
    }

    public IReadOnlyCollection<LimitedKind> All => _kinds.Values;

    public void LookFor(string kind)
    {
        if (_kinds.TryGetValue(kind, out var found))
        {
            found.LookIn(TimeSpan.Zero);
        }
    }
}

/// <summary>One kind with a limit.</summary>
internal sealed class LimitedKind(JobKind kind, TimeProvider time)
{
    private long _lookAt = time.GetTimestamp();
    private bool _isHeldBack;

    public JobKind Kind => kind;

    public FairTurn Turn { get; } = new();

    /// <summary>True once those of its jobs are counted in that were claimed before it had a limit.</summary>
    public bool IsMarked { get; set; }

    /// <summary>True when the last look found the limit reached: its jobs wait as they should.</summary>
    public bool IsHeldBack
    {
        get => Volatile.Read(ref _isHeldBack);
        set => Volatile.Write(ref _isHeldBack, value);
    }

    public TimeSpan UntilLook => time.GetElapsedTime(time.GetTimestamp(), Volatile.Read(ref _lookAt)) is var left && left > TimeSpan.Zero ? left : TimeSpan.Zero;

    public void LookIn(TimeSpan delay) => Volatile.Write(ref _lookAt, time.GetTimestamp() + (long)(delay.TotalSeconds * time.TimestampFrequency));
}
