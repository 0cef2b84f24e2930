namespace Forge.Jobs;

/// <summary>A schedule to be stored by <see cref="JobSchedules.PutAsync"/>.</summary>
/// <param name="Name">1 to 100 of letters, digits, <c>.</c>, <c>-</c> and <c>_</c>, beginning with a letter or a digit.</param>
/// <param name="Cron">Quartz's dialect with 6 or 7 fields: seconds, minutes, hours, day of month, month, day of week (1 is Sunday), and optionally a year. One of the two days is <c>?</c> or <c>*</c>. <c>0 0 3 * * ?</c> is every day at three.</param>
/// <param name="Job">What each fire enqueues. With a <see cref="JobRequest.UniqueKey"/> a fire is skipped while the job of an earlier one lives. A delay, a run time and an idempotency key have no place in it.</param>
/// <example><c>new JobScheduleRequest("nightly", "0 0 3 * * ?", JobRequest.For("report.generate", payload)) { TimeZone = "Europe/Berlin" }</c></example>
public sealed record JobScheduleRequest(string Name, string Cron, JobRequest Job)
{
    /// <summary>The IANA time zone that <see cref="Cron"/> is read in.</summary>
    /// <value>The default is <c>UTC</c>.</value>
    public string TimeZone { get; init; } = "UTC";

    /// <summary>False stores it without firing it.</summary>
    /// <value>The default is <see langword="true"/>.</value>
    public bool IsEnabled { get; init; } = true;
}
