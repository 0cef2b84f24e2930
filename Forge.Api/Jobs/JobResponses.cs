using Forge.Contracts;
using Forge.Jobs;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Forge.Api.Jobs;

internal static class JobResponses
{
    public static JobResponse ToResponse(this JobDetails job) => new(
        job.Id,
        job.Kind,
        job.Queue,
        job.Priority,
        job.State.ToName(),
        job.Attempt,
        job.MaxAttempts,
        job.Progress,
        job.Message,
        job.CreatedAt,
        job.RunAt,
        job.StartedAt,
        job.FinishedAt,
        [.. from attempt in job.Attempts
            let type = attempt.ErrorType
            where type is not null
            select new JobErrorResponse(attempt.Attempt, attempt.FinishedAt ?? attempt.StartedAt, type, attempt.ErrorMessage ?? "")],
        job.Result,
        job.TraceId,
        [.. job.Attempts.Select(attempt => new JobAttemptResponse(
            attempt.Attempt, attempt.StartedAt, attempt.FinishedAt, attempt.Outcome, attempt.TraceId, attempt.Worker))],
        Links(job.Id));

    public static Accepted<JobResponse> ToAccepted(this JobDetails job) => TypedResults.Accepted(Address(job.Id), job.ToResponse());

    public static JobEventResponse ToResponse(this JobSnapshot job) =>
        new(job.JobId, job.State.ToName(), job.Attempt, job.Progress, job.Message);

    public static QueueResponse ToResponse(this QueueFigures queue) => new(
        queue.Queue,
        queue.Available,
        queue.Scheduled,
        queue.Running,
        queue.Retryable,
        queue.Discarded,
        queue.IsPaused,
        queue.OldestAge.TotalSeconds,
        queue.ThroughputPerMinute);

    public static DeadLetterGroupResponse ToResponse(this DeadLetterGroup group) =>
        new(group.Kind, group.ErrorType, group.Message, group.Count, group.FirstAt, group.LastAt, group.SampleJobId);

    public static ScheduleResponse ToResponse(this JobSchedule schedule) => new(
        schedule.Name,
        schedule.Kind,
        schedule.Payload,
        schedule.Cron,
        schedule.TimeZone,
        schedule.IsEnabled,
        schedule.NextFireAt,
        schedule.NextFireTimes,
        schedule.LastFireAt,
        schedule.LastJobId,
        schedule.Error,
        schedule.CreatedAt,
        schedule.UpdatedAt,
        new ScheduleLinks(schedule.Address(), $"{schedule.Address()}/run", schedule.LastJobId is { } job ? Address(job) : null));

    public static string Address(this JobSchedule schedule) => $"/forge/schedules/{schedule.Name}";

    private static JobLinks Links(Guid id)
    {
        var self = Address(id);
        return new JobLinks(self, $"{self}/events", $"{self}/result");
    }

    private static string Address(Guid id) => $"/forge/jobs/{id}";
}
