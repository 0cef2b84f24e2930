namespace Forge.Jobs;

/// <summary>What became of a schedule that was to be stored.</summary>
public abstract record PutScheduleResult
{
    private PutScheduleResult()
    {
    }

    /// <summary>It is new.</summary>
    public sealed record Created(JobSchedule Schedule) : PutScheduleResult;

    /// <summary>It replaced the one of the same name.</summary>
    public sealed record Updated(JobSchedule Schedule) : PutScheduleResult;

    /// <summary>Nothing was stored. <paramref name="Errors"/>: field (<c>name</c>, <c>cron</c> or <c>timeZone</c>) to messages.</summary>
    public sealed record Invalid(IReadOnlyDictionary<string, string[]> Errors) : PutScheduleResult;
}
