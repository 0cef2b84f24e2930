using System.Globalization;

namespace Forge.Jobs.Tests.Scheduling;

public sealed class CronScheduleTests
{
    [Theory]
    // 02:00 to 03:00 does not exist: the end of the gap takes the place of what falls into it, once.
    [InlineData("0 30 2 * * ?", "2026-03-28T12:00Z", "2026-03-29T01:00Z", "2026-03-30T00:30Z")]
    [InlineData("0 0/20 2 * * ?", "2026-03-28T12:00Z", "2026-03-29T01:00Z", "2026-03-30T00:00Z")]
    [InlineData("0 0/30 * * * ?", "2026-03-29T00:20Z", "2026-03-29T00:30Z", "2026-03-29T01:00Z", "2026-03-29T01:30Z")]
    // 02:00 to 03:00 is there twice: a time of day fires in the first, a rule of several times an hour in both.
    [InlineData("0 30 2 * * ?", "2026-10-24T12:00Z", "2026-10-25T00:30Z", "2026-10-26T01:30Z")]
    [InlineData("0 0/30 * * * ?", "2026-10-25T00:10Z", "2026-10-25T00:30Z", "2026-10-25T01:00Z", "2026-10-25T01:30Z", "2026-10-25T02:00Z")]
    [InlineData("* * * * * ?", "2026-10-25T00:59:59Z", "2026-10-25T01:00:00Z", "2026-10-25T01:00:01Z")]
    // The gap's one fire comes beside those that the rule has at its end.
    [InlineData("0 0,30 2 * * ?", "2026-03-28T12:00Z", "2026-03-29T01:00Z", "2026-03-30T00:00Z")]
    [InlineData("0 30 1-3 * * ?", "2026-03-28T12:00Z", "2026-03-29T00:30Z", "2026-03-29T01:00Z", "2026-03-29T01:30Z", "2026-03-29T23:30Z")]
    [InlineData("0 15 * * * ?", "2026-03-29T00:00Z", "2026-03-29T00:15Z", "2026-03-29T01:00Z", "2026-03-29T01:15Z", "2026-03-29T02:15Z")]
    [InlineData("0 0 2,3 * * ?", "2026-03-28T12:00Z", "2026-03-29T01:00Z", "2026-03-30T00:00Z")]
    // Numbers and lists of them fire in the first of the two hours, a star, step or range in both.
    [InlineData("0 0,30 2 * * ?", "2026-10-24T12:00Z", "2026-10-25T00:00Z", "2026-10-25T00:30Z", "2026-10-26T01:00Z")]
    [InlineData("0 30 1,2,3 * * ?", "2026-10-24T12:00Z", "2026-10-24T23:30Z", "2026-10-25T00:30Z", "2026-10-25T02:30Z")]
    [InlineData("0 30 1-3 * * ?", "2026-10-24T12:00Z", "2026-10-24T23:30Z", "2026-10-25T00:30Z", "2026-10-25T01:30Z", "2026-10-25T02:30Z")]
    [InlineData("0 0/30 2 * * ?", "2026-10-24T12:00Z", "2026-10-25T00:00Z", "2026-10-25T00:30Z", "2026-10-25T01:00Z", "2026-10-25T01:30Z")]
    [InlineData("0/30 30 2 * * ?", "2026-10-24T12:00Z", "2026-10-25T00:30:00Z", "2026-10-25T00:30:30Z", "2026-10-25T01:30:00Z", "2026-10-25T01:30:30Z")]
    [InlineData("0 15 * * * ?", "2026-10-24T23:00Z", "2026-10-24T23:15Z", "2026-10-25T00:15Z", "2026-10-25T01:15Z", "2026-10-25T02:15Z")]
    public void NextAfter_WhenTheClocksChange_FollowsTheDocumentedRule(string cron, string after, params string[] expected)
    {
        var schedule = CronSchedule.Read(cron, "Europe/Berlin", new Dictionary<string, string[]>())!;
        var moment = Time(after);

        Assert.All(expected, next => Assert.Equal(Time(next), moment = schedule.NextAfter(moment)!.Value));
    }

    [Theory]
    [InlineData("0 0 9 * * MON-FRI", "2026-11-20T14:00:00Z", "2026-11-23T14:00:00Z")]
    [InlineData("0 0 12 13 * *", "2026-11-01T00:00:00Z", "2026-11-13T17:00:00Z")]
    [InlineData("0 0 9 ? * MON-FRI", "2026-11-20T14:00:00Z", "2026-11-23T14:00:00Z")]
    [InlineData("0 0 12 L * ?", "2026-11-01T00:00:00Z", "2026-11-30T17:00:00Z")]
    [InlineData("0 0 0 29 2 ? 2028", "2026-11-01T00:00:00Z", "2028-02-29T05:00:00Z")]
    public void NextAfter_ReadsTheRuleInItsZone(string cron, string after, string expected) =>
        Assert.Equal(Time(expected), CronSchedule.Read(cron, "America/New_York", new Dictionary<string, string[]>())!.NextAfter(Time(after)));

    [Fact]
    public void NextAfter_WhenTheYearIsOver_IsNever() =>
        Assert.Null(CronSchedule.Read("0 0 0 1 1 ? 2020", "UTC", new Dictionary<string, string[]>())!.NextAfter(Time("2026-11-01T00:00Z")));

    [Theory]
    [InlineData("")]
    [InlineData("* * * * *")]
    [InlineData("* * * * * ? * *")]
    [InlineData("@daily")]
    [InlineData("60 * * * * ?")]
    [InlineData("99 * * * * ?")]
    [InlineData("0 0 24 * * ?")]
    [InlineData("0 0 0 32 * ?")]
    [InlineData("0 0 0 ? * 9")]
    [InlineData("0/0 * * * * ?")]
    [InlineData("a b c d e f")]
    [InlineData("TZ=UTC 0 0 0 * * ?")]
    [InlineData("0 0 0 * * ?\0")]
    [InlineData("0 0 3 13 * FRI")]
    [InlineData("0 0 3 1/5 * MON")]
    [InlineData("0 0 3 L * 6L")]
    public void Read_OfWhatIsNoRule_SaysSo(string cron)
    {
        var errors = new Dictionary<string, string[]>();

        Assert.Null(CronSchedule.Read(cron, "UTC", errors));
        Assert.NotEmpty(Assert.Single(errors["cron"]));
    }

    [Theory]
    [InlineData("")]
    [InlineData("Mars/Olympus")]
    [InlineData("Eastern Standard Time")]
    [InlineData("europe/berlin")]
    [InlineData("localtime")]
    [InlineData("right/Europe/Berlin")]
    [InlineData("../../../etc/passwd")]
    [InlineData("Europe/Berlin\0")]
    public void Read_OfWhatIsNoZone_SaysSo(string timeZone)
    {
        var errors = new Dictionary<string, string[]>();

        Assert.Null(CronSchedule.Read("0 0 0 * * ?", timeZone, errors));
        Assert.Equal("timeZone", Assert.Single(errors).Key);
    }

    private static DateTimeOffset Time(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);
}
