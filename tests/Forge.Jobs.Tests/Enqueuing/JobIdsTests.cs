using Microsoft.Extensions.Time.Testing;

namespace Forge.Jobs.Tests.Enqueuing;

public sealed class JobIdsTests
{
    [Fact]
    public void Ids_RiseAlsoWhereTheClockStandsStillOrGoesBack()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UnixEpoch.AddYears(50)) { AutoAdvanceAmount = TimeSpan.Zero };
        var ids = new JobIds(time);

        var drawn = Enumerable.Range(0, 10_000).Select(_ => ids.Next()).ToList();
        time.AdjustTime(time.GetUtcNow() - TimeSpan.FromMinutes(1));
        drawn.AddRange(Enumerable.Range(0, 10).Select(_ => ids.Next()));

        Assert.Equal(drawn.Select(id => id.ToString()).Order(StringComparer.Ordinal), drawn.Select(id => id.ToString()));
        Assert.Equal(drawn.Count, drawn.Distinct().Count());
        Assert.All(drawn, id => Assert.Equal(7, id.Version));
    }
}
