using System.Security.Claims;
using Forge.Api.Accounts;
using Forge.Api.Problems;
using Forge.Contracts;
using Forge.Jobs;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Forge.Api.Jobs;

/// <summary>Users change their own jobs, administrators all. A request works for a few seconds and says where to go on.</summary>
internal static class BulkEndpoint
{
    private static readonly TimeSpan Within = TimeSpan.FromSeconds(3);

    public static async Task<Results<Ok<BulkJobsResponse>, ValidationProblem, ProblemHttpResult>> ChangeJobs(
        BulkJobsRequest body, JobBulk bulk, ClaimsPrincipal caller, CancellationToken cancellationToken)
    {
        if (body.Filter?.Owner is { } owner && !caller.IsAdmin() && owner != caller.ToJobOwner())
        {
            return TypedResults.Problem("Only administrators change the jobs of others.", statusCode: StatusCodes.Status403Forbidden);
        }

        var errors = new FieldErrors();
        JobAction? action = body.Action switch { "retry" => JobAction.Retry, "cancel" => JobAction.Cancel, "delete" => JobAction.Delete, _ => null };
        errors.Add("action", action is null ? "must be one of retry, cancel, delete" : null);
        errors.Add("after", body.After is null || JobBulk.IsCursor(body.After) ? null : "must be the 'next' of the answer before");
        errors.Add("filter", action is JobAction.Delete && IsEmpty(body.Filter) ? "must say which jobs to delete" : null);
        var filter = Read(body.Filter ?? new(), errors) with { Owner = caller.ToJobFilter() ?? body.Filter?.Owner };
        if (!errors.Any && filter.States is { } states && !states.Intersect(action!.Value.States()).Any())
        {
            errors.Add("filter.state", $"must be one to which {body.Action} applies: {JobFilterRules.Names(action.Value.States())}");
        }

        if (errors.Any)
        {
            return errors.ToProblem();
        }

        var result = await (body.Preview
            ? bulk.PreviewAsync(action!.Value, filter, body.After, Within, cancellationToken)
            : bulk.ApplyAsync(action!.Value, filter, body.After, Within, cancellationToken));
        return TypedResults.Ok(new BulkJobsResponse(result.Matched, result.Changed, result.Next is not null, result.Next));
    }

    private static bool IsEmpty(BulkJobsFilter? filter) =>
        filter is null || filter == new BulkJobsFilter() || filter == new BulkJobsFilter(States: filter.States) && filter.States is [];

    private static JobFilter Read(BulkJobsFilter filter, FieldErrors errors)
    {
        errors.Add("filter.states", filter is { State: not null, States: not null } ? "cannot be given together with state" : null);
        errors.Add("filter.states", filter.States is [] ? "must name a state" : null);
        errors.CheckName("filter.kind", filter.Kind, "kind");
        errors.CheckName("filter.queue", filter.Queue, "queue");
        errors.CheckText("filter.error", filter.Error);
        errors.CheckText("filter.errorType", filter.ErrorType);
        errors.CheckText("filter.errorMessage", filter.ErrorMessage);
        errors.CheckText("filter.owner", filter.Owner);
        return new JobFilter
        {
            States = ReadStates(filter, errors),
            Kind = filter.Kind,
            Queue = filter.Queue,
            Error = filter.Error,
            ErrorType = filter.ErrorType,
            ErrorMessage = filter.ErrorMessage,
            CreatedFrom = filter.After,
            CreatedBefore = filter.Before,
            FinishedFrom = filter.FinishedAfter,
            FinishedBefore = filter.FinishedBefore,
        };
    }

    private static List<JobState>? ReadStates(BulkJobsFilter filter, FieldErrors errors)
    {
        var named = filter.State is not null
            ? [errors.ReadState("filter.state", filter.State)]
            : filter.States?.Select((name, index) => errors.ReadState($"filter.states[{index}]", name ?? ""));
        return named?.OfType<JobState>().ToList();
    }
}
