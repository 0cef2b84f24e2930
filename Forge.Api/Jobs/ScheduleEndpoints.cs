using System.Security.Claims;
using Forge.Api.Accounts;
using Forge.Api.Lanes;
using Forge.Api.Problems;
using Forge.Contracts;
using Forge.Jobs;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Forge.Api.Jobs;

/// <summary>Administrators keep the schedules. Their payloads are as private as those of jobs, so only their owner and administrators see them.</summary>
internal static class ScheduleEndpoints
{
    public static void MapSchedules(this IEndpointRouteBuilder routes)
    {
        var schedules = routes.MapGroup("/schedules").WithTags("Schedules").RequireAuthorization();
        schedules.MapGet("/", ListSchedules).WithSummary("List the schedules by name: yours or, for administrators, all");
        schedules.MapGet("/{name}", GetSchedule).WithSummary("Read a schedule");
        schedules.MapPut("/{name}", PutSchedule).WithSummary("Create or replace a schedule (administrators)");
        schedules.MapDelete("/{name}", DeleteSchedule).WithSummary("Delete a schedule; the jobs it has enqueued stay (administrators)");
        schedules.MapPost("/{name}/run", RunSchedule)
            .WithSummary("Enqueue a schedule's job now; its fire times stay as they are (administrators)")
            .InLane(Lane.Durable);
    }

    private static async Task<Results<Ok<Page<ScheduleResponse>>, ValidationProblem>> ListSchedules(
        JobSchedules schedules, ClaimsPrincipal caller, CancellationToken cancellationToken, string? after = null, int limit = 50)
    {
        var errors = new FieldErrors();
        errors.Add("after", after is null || !after.Any(char.IsControl) ? null : "must be the 'next' of the page before");
        errors.Add("limit", limit is >= 1 and <= JobLimits.MaxPageSize ? null : $"must be a number from 1 to {JobLimits.MaxPageSize}");
        if (errors.Any)
        {
            return errors.ToProblem();
        }

        var page = await schedules.ListAsync(caller.ToJobFilter(), after, limit, cancellationToken);
        return TypedResults.Ok(new Page<ScheduleResponse>([.. page.Items.Select(schedule => schedule.ToResponse())], page.Next));
    }

    private static async Task<Results<Ok<ScheduleResponse>, ProblemHttpResult>> GetSchedule(
        string name, JobSchedules schedules, ClaimsPrincipal caller, CancellationToken cancellationToken) =>
        await schedules.FindAsync(name, cancellationToken) is { } schedule && caller.MaySee(schedule)
            ? TypedResults.Ok(schedule.ToResponse())
            : JobProblems.ScheduleNotFound();

    private static async Task<Results<Ok<ScheduleResponse>, Created<ScheduleResponse>, ValidationProblem, ProblemHttpResult>> PutSchedule(
        string name, PutScheduleRequest body, JobRequestReader requests, JobSchedules schedules, ClaimsPrincipal caller, CancellationToken cancellationToken)
    {
        if (!caller.IsAdmin())
        {
            return JobProblems.SchedulesAreForAdmins();
        }

        var errors = new FieldErrors();
        var job = requests.Read(new EnqueueJobRequest(body.Kind, body.Payload), caller, errors);
        if (body.Cron is null)
        {
            errors.Add("cron", "is required");
        }

        if (job is null || body.Cron is null)
        {
            return errors.ToProblem();
        }

        var request = new JobScheduleRequest(name, body.Cron, job) { TimeZone = body.TimeZone ?? "UTC", IsEnabled = body.Enabled ?? true };
        return await schedules.PutAsync(request, cancellationToken) switch
        {
            PutScheduleResult.Created(var created) => TypedResults.Created(created.Address(), created.ToResponse()),
            PutScheduleResult.Updated(var updated) => TypedResults.Ok(updated.ToResponse()),
            PutScheduleResult.Invalid(var invalid) => errors.Add(invalid).ToProblem(),
            var other => throw new InvalidOperationException($"Unknown outcome {other}."),
        };
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> DeleteSchedule(
        string name, JobSchedules schedules, ClaimsPrincipal caller, CancellationToken cancellationToken)
    {
        if (!caller.IsAdmin())
        {
            return JobProblems.SchedulesAreForAdmins();
        }

        return await schedules.DeleteAsync(name, cancellationToken) ? TypedResults.NoContent() : JobProblems.ScheduleNotFound();
    }

    private static async Task<Results<Accepted<JobResponse>, ProblemHttpResult>> RunSchedule(
        string name, JobSchedules schedules, JobReader reader, ClaimsPrincipal caller, CancellationToken cancellationToken)
    {
        if (!caller.IsAdmin())
        {
            return JobProblems.SchedulesAreForAdmins();
        }

        return await schedules.RunNowAsync(name, cancellationToken) switch
        {
            RunScheduleResult.Enqueued(var id) when await reader.FindAsync(id, cancellationToken) is { } job => job.ToAccepted(),
            RunScheduleResult.Enqueued => JobProblems.NotFound(),
            RunScheduleResult.UniqueKeyTaken(var holder) => JobProblems.UniqueKeyTaken(holder),
            RunScheduleResult.NotRunnable(var reason) => JobProblems.NotRunnable(reason),
            _ => JobProblems.ScheduleNotFound(),
        };
    }
}
