using System.Reflection;

namespace Forge.Jobs;

/// <summary>The statements and scripts that lie beside the code as .sql and .lua files.</summary>
internal static class JobSql
{
    public static readonly string Insert = Read("Enqueuing.insert.sql");
    public static readonly string InsertPlain = Read("Enqueuing.insert-plain.sql");
    public static readonly string Copy = Read("Enqueuing.copy.sql");
    public static readonly string FindConflict = Read("Enqueuing.find-conflict.sql");
    public static readonly string ClaimIds = Read("Working.claim-ids.sql");
    public static readonly string ClaimLimited = Read("Working.claim-limited.sql");
    public static readonly string ClaimFound = Read("Working.claim-found.sql");
    public static readonly string FindOldest = Read("Working.find-oldest.sql");
    public static readonly string Complete = Read("Working.complete.sql");
    public static readonly string FindEnd = Read("Working.find-end.sql");
    public static readonly string Finish = Read("Working.finish.sql");
    public static readonly string Rescue = Read("Working.rescue.sql");
    public static readonly string HandBack = Read("Working.hand-back.sql");
    public static readonly string Heartbeat = Read("Working.heartbeat.sql");
    public static readonly string Promote = Read("Working.promote.sql");
    public static readonly string ReadJobs = Read("Reading.read-jobs.sql");
    public static readonly string QueueFigures = Read("Reading.queue-figures.sql");
    public static readonly string RunFigures = Read("Reading.run-figures.sql");
    public static readonly string CancelJobs = Read("Control.cancel.sql");
    public static readonly string RetryJobs = Read("Control.retry.sql");
    public static readonly string DeleteJobs = Read("Control.delete.sql");
    public static readonly string MarkLimited = Read("Working.mark-limited.sql");
    public static readonly string WaitingOf = Read("Working.waiting-of.sql");
    public static readonly string WaitingIds = Read("Working.waiting-ids.sql");
    public static readonly string WaitingHeads = Read("Working.waiting-heads.sql");
    public static readonly string WaitingCounts = Read("Reading.waiting-counts.sql");
    public static readonly string OldestClaimable = Read("Health.oldest-claimable.sql");
    public static readonly string PutSchedule = Read("Scheduling.put-schedule.sql");
    public static readonly string ReadSchedules = Read("Scheduling.read-schedules.sql");
    public static readonly string NextFire = Read("Scheduling.next-fire.sql");
    public static readonly string DueSchedule = Read("Scheduling.due-schedule.sql");
    public static readonly string EndFire = Read("Scheduling.end-fire.sql");
    public static readonly string ParkedSchedules = Read("Scheduling.parked-schedules.sql");
    public static readonly string Take = Read("Dispatch.take.lua");

    private static string Read(string name)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream($"Forge.Jobs.{name}")
            ?? throw new InvalidOperationException($"The resource '{name}' is missing from the assembly.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
