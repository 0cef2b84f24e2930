using System.Security.Claims;
using Forge.Api.Accounts;
using Forge.Api.Problems;
using Forge.Contracts;
using Forge.Jobs;

namespace Forge.Api.Jobs;

/// <summary>Makes a job of what a caller has sent, or says what is wrong with it, field by field.</summary>
internal sealed class JobRequestReader(JobKindRegistry kinds, TimeProvider timeProvider)
{
    public const string IdempotencyHeader = RepeatableByKey.Header;

    /// <summary>True for a kind that only the app itself and administrators enqueue.</summary>
    public bool IsForbidden(string? kind, ClaimsPrincipal caller) =>
        kind is not null && kinds.TryGet(kind, out var found) && found.Options.IsInternal && !caller.IsAdmin();

    /// <summary>The job; null when something is wrong, which is then in <paramref name="errors"/> under <paramref name="path"/>.</summary>
    public JobRequest? Read(EnqueueJobRequest? body, ClaimsPrincipal caller, FieldErrors errors, string path = "")
    {
        if (body?.Kind is null)
        {
            errors.Add($"{path}kind", "is required");
            return null;
        }

        var payload = kinds.CreateRequest(body.Kind, body.Payload);
        var problems = PayloadProblems(payload).Concat(OptionProblems(body)).ToList();
        problems.ForEach(problem => errors.Add(path + problem.Field, problem.Message));
        return payload is JobRequestResult.Valid { Request: var request } && problems.Count == 0
            ? request with
            {
                Owner = caller.ToJobOwner(),
                Queue = body.Queue,
                Priority = body.Priority ?? request.Priority,
                RunAt = body.RunAt?.ToUniversalTime(),
                Delay = body.DelaySeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : null,
                UniqueKey = body.UniqueKey,
                MaxAttempts = body.MaxAttempts,
            }
            : null;
    }

    public static void CheckIdempotencyKey(string? key, FieldErrors errors) =>
        errors.Add(IdempotencyHeader, key is null || JobLimits.IsKey(key) ? null : JobLimits.KeyRule);

    private IEnumerable<(string Field, string Message)> PayloadProblems(JobRequestResult payload) => payload switch
    {
        JobRequestResult.UnknownKind => [("kind", $"is not known here; the kinds are {string.Join(", ", kinds.Kinds.Select(kind => kind.Name).Order(StringComparer.Ordinal))}")],
        JobRequestResult.InvalidPayload(var errors) =>
            from error in errors
            from message in error.Value
            select (error.Key.Length == 0 ? "payload" : $"payload.{error.Key}", message),
        _ => [],
    };

    private IEnumerable<(string Field, string Message)> OptionProblems(EnqueueJobRequest body)
    {
        if (body.Queue is not null && !kinds.Queues.Contains(body.Queue, StringComparer.Ordinal))
        {
            yield return ("queue", $"is not known here; the queues are {string.Join(", ", kinds.Queues)}");
        }

        if (body.Priority is < 0 or > JobLimits.MaxPriority)
        {
            yield return ("priority", $"must be a number from 0 (first) to {JobLimits.MaxPriority}");
        }

        if (body.DelaySeconds is { } seconds && !(seconds >= 0 && seconds <= JobLimits.MaxDelay.TotalSeconds))
        {
            yield return ("delaySeconds", $"must be a number from 0 to {JobLimits.MaxDelay.TotalSeconds}");
        }

        if (body.RunAt > timeProvider.GetUtcNow() + JobLimits.MaxDelay)
        {
            yield return ("runAt", $"must be within {JobLimits.MaxDelay.Days} days from now");
        }

        if (body is { RunAt: not null, DelaySeconds: not null })
        {
            yield return ("runAt", "cannot be given together with delaySeconds");
        }

        if (body.UniqueKey is { } key && !JobLimits.IsKey(key))
        {
            yield return ("uniqueKey", JobLimits.KeyRule);
        }

        if (body.MaxAttempts is < 1 or > JobLimits.MaxAttempts)
        {
            yield return ("maxAttempts", $"must be a number from 1 to {JobLimits.MaxAttempts}");
        }
    }
}
