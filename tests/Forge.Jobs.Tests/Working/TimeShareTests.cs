using Microsoft.Extensions.Time.Testing;

namespace Forge.Jobs.Tests.Working;

public sealed class TimeShareTests
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);
    private readonly FakeTimeProvider _time = new();
    private readonly TimeShare _share;

    public TimeShareTests()
    {
        _share = new TimeShare(Interval, share: 50, _time);
    }

    [Fact]
    public void QuickLooks_ComeAfterTheInterval()
    {
        Assert.Equal(Interval, _share.UntilDue);
        _time.Advance(Interval * 2);
        Assert.Equal(TimeSpan.Zero, _share.UntilDue);
        Look(0.01);
        Look(0.01);
        Assert.Equal(Interval, _share.UntilDue);
    }

    [Fact]
    public void ASlowLook_DelaysNothing_IfItIsTheOnlyOne()
    {
        Look(0.01);
        Look(20);
        Assert.Equal(Interval, _share.UntilDue);
        Look(0.01);
        Assert.Equal(Interval, _share.UntilDue);
    }

    [Fact]
    public void SlowLooks_KeepToTheirShare_AndComeOnceAMinuteAtLeast()
    {
        Look(0.5);
        Look(0.2);
        Assert.Equal(TimeSpan.FromSeconds(10), _share.UntilDue);
        Look(30);
        Look(30);
        Assert.Equal(TimeSpan.FromMinutes(1), _share.UntilDue);
    }

    private void Look(double seconds)
    {
        var begun = _time.GetTimestamp();
        _time.Advance(TimeSpan.FromSeconds(seconds));
        _share.EndedSince(begun);
    }
}
