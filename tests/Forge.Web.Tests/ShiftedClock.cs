namespace Forge.Web.Tests;

/// <summary>The system's clock, some time ahead. Its timers run as usual, so that retries take the time they take.</summary>
internal sealed class ShiftedClock : TimeProvider
{
    private TimeSpan _ahead = TimeSpan.Zero;

    public void Advance(TimeSpan by) => _ahead += by;

    public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + _ahead;
}
