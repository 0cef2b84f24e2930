namespace Forge.Jobs.Tests.Working;

public sealed class RetryBackoffTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 2)]
    [InlineData(5, 16)]
    [InlineData(9, 60)]
    [InlineData(100, 60)]
    public void Delay_DoublesUpToTheLimit_WithinItsJitter(int attempt, double seconds)
    {
        var options = new JobKindOptions { FirstRetryDelay = TimeSpan.FromSeconds(1), MaxRetryDelay = TimeSpan.FromMinutes(1) };

        var delays = Enumerable.Range(0, 200).Select(_ => RetryBackoff.DelayAfter(attempt, options).TotalSeconds).ToList();

        Assert.All(delays, delay => Assert.InRange(delay, seconds * 0.9, seconds * 1.1));
        Assert.True(delays.Distinct().Count() > 100);
    }

    [Fact]
    public void Delay_WhenDoublingGoesBeyondAllTime_IsTheLimit()
    {
        var options = new JobKindOptions { FirstRetryDelay = TimeSpan.FromDays(300), MaxRetryDelay = TimeSpan.FromDays(365), MaxAttempts = 100 };
        options.Validate("slow");

        Assert.InRange(RetryBackoff.DelayAfter(99, options).TotalDays, 365 * 0.9, 365 * 1.1);
    }

    [Fact]
    public void Retries_ByDefault_GoOnForDays()
    {
        var options = new JobKindOptions();

        var total = Enumerable.Range(1, options.MaxAttempts - 1).Sum(attempt => RetryBackoff.DelayAfter(attempt, options).TotalDays);

        Assert.InRange(total, 3, 14);
        Assert.InRange(RetryBackoff.DelayAfter(1, options).TotalSeconds, 0.5, 2);
    }

    [Theory]
    [InlineData(0, 3.6, 4.4)]
    [InlineData(3, 3.6, 4.4)]
    [InlineData(60, 60, 60)]
    public void Hint_LengthensThePauseAndNeverShortensIt(double hint, double least, double most) =>
        Assert.InRange(RetryBackoff.DelayAfter(3, new JobKindOptions(), TimeSpan.FromSeconds(hint)).TotalSeconds, least, most);

    [Fact]
    public void RetryAfter_WhenItIsMoreThanAYear_IsRefused()
    {
        Assert.Equal(TimeSpan.FromDays(365), new RetryAfterException(TimeSpan.FromDays(365), "a long pause").Delay);
        Assert.Throws<ArgumentOutOfRangeException>(() => new RetryAfterException(TimeSpan.FromDays(366), "too long a pause"));
    }
}
