using Forge.Api.Lanes;
using Forge.Contracts;

namespace Forge.Api.Tests.Lanes;

public sealed class RecentDurationsTests
{
    [Fact]
    public void Read_WithoutAnyDuration_IsNull() => Assert.Null(new RecentDurations().Read());

    [Fact]
    public void Read_WithAHundredDurations_GivesTheirPercentiles()
    {
        var durations = new RecentDurations();
        for (var milliseconds = 100; milliseconds > 0; milliseconds--)
        {
            durations.Add(TimeSpan.FromMilliseconds(milliseconds));
        }

        Assert.Equal(new Percentiles(50, 95, 99), durations.Read());
    }

    [Fact]
    public void Read_AfterManyDurations_IsOfTheLatestThousand()
    {
        var durations = new RecentDurations();
        for (var milliseconds = 1; milliseconds <= 2_500; milliseconds++)
        {
            durations.Add(TimeSpan.FromMilliseconds(milliseconds));
        }

        Assert.Equal(2_500, durations.Count);
        Assert.Equal(new Percentiles(2_000, 2_450, 2_490), durations.Read());
    }
}
