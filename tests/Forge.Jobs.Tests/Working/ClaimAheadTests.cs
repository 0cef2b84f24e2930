using Microsoft.Extensions.Time.Testing;

namespace Forge.Jobs.Tests.Working;

public sealed class ClaimAheadTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void HalfASecondOfLongJobs_AfterAQuickBurst_ClaimsNoneAhead()
    {
        var ahead = new ClaimAhead(_time);
        Start(ahead, 20_000, TimeSpan.FromSeconds(1));
        Assert.InRange(ahead.Measure(), 900, 2_000);

        Start(ahead, 16, TimeSpan.FromSeconds(0.5));

        Assert.InRange(ahead.Measure(), 0, 16);
    }

    [Fact]
    public void AMomentWithoutAStart_InABurst_IsNoEndOfIt()
    {
        var ahead = new ClaimAhead(_time);
        Start(ahead, 10_000, TimeSpan.FromSeconds(1));
        ahead.Measure();

        _time.Advance(TimeSpan.FromSeconds(0.02));

        Assert.InRange(ahead.Measure(), 200, 600);
    }

    private void Start(ClaimAhead ahead, int jobs, TimeSpan time)
    {
        for (var job = 0; job < jobs; job++)
        {
            ahead.Started();
        }

        _time.Advance(time);
    }
}
