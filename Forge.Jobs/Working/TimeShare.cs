namespace Forge.Jobs;

/// <summary>Says when the next of many looks at the database is due: after an interval, or later, so that slow looks keep to a share of the time.</summary>
/// <remarks>
/// One slow look may have met a Postgres that hung, so a pause is measured by the quicker of the last two. No pause is longer than a minute, or the interval:
/// what only this look finds waits for it.
/// </remarks>
/// <param name="interval">The shortest pause, counted from the end of the last look.</param>
/// <param name="share">The looks get one part in this many of the time.</param>
/// <param name="time">The clock.</param>
internal sealed class TimeShare(TimeSpan interval, int share, TimeProvider time)
{
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(1);

    private long _dueAt = In(interval, time);
    private TimeSpan _tookBefore;

    public TimeSpan UntilDue =>
        time.GetElapsedTime(time.GetTimestamp(), Volatile.Read(ref _dueAt)) is var left && left > TimeSpan.Zero ? left : TimeSpan.Zero;

    /// <summary>A look ended that began at this timestamp.</summary>
    public void EndedSince(long begun)
    {
        var took = time.GetElapsedTime(begun);
        var pause = (took < _tookBefore ? took : _tookBefore) * share;
        pause = pause < LongestPause ? pause : LongestPause;
        _tookBefore = took;
        Volatile.Write(ref _dueAt, In(pause > interval ? pause : interval, time));
    }

    private static long In(TimeSpan delay, TimeProvider time) => time.GetTimestamp() + (long)(delay.TotalSeconds * time.TimestampFrequency);
}
