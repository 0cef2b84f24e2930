using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Forge.Jobs;

/// <summary>A request with everything decided: the row that will be inserted. Its id is drawn before the insert, so that repeating the insert after a lost answer cannot make a second job.</summary>
internal sealed record NewJob(Guid Id, JobRequest Request, string Queue, int Version, int MaxAttempts, bool IsLimited, byte[]? RequestHash, string? TraceParent, string? TraceState)
{
    private const int MaxHashLength = 64;

    /// <summary>What W3C's Trace Context asks to be passed on at least. A caller may send more, which every job of a batch would carry.</summary>
    private const int MaxTraceStateLength = 512;

    public DispatchedJob Dispatched => new(Id, new JobList(Queue, Request.Kind, Version), Request.Priority, IsLimited);

    /// <summary>True for a job that no other can stand in the way of.</summary>
    public bool IsWithoutKeys => Request is { UniqueKey: null, IdempotencyKey: null };

    /// <summary>True for a job that moreover may run at once.</summary>
    public bool IsPlain => IsWithoutKeys && Request is { Delay: null, RunAt: null };

    public static NewJob From(JobRequest request, JobKindRegistry kinds, JobQueueOptions options, Guid id, Activity? sender)
    {
        ArgumentNullException.ThrowIfNull(request);
        var kind = kinds.Get(request.Kind);
        var queue = request.Queue ?? kind.Options.Queue;
        if (ProblemOf(request, kind, queue, kinds, options) is { } problem)
        {
            throw new ArgumentException(problem);
        }

        return new NewJob(
            id,
            request,
            queue,
            kind.Options.Version,
            request.MaxAttempts ?? kind.Options.MaxAttempts,
            kind.Options.IsLimited,
            request.IdempotencyKey is null ? null : HashOf(request),
            sender?.Id,
            sender?.TraceStateString is { Length: <= MaxTraceStateLength } state ? state : null);
    }

    private static string? ProblemOf(JobRequest request, JobKind kind, string queue, JobKindRegistry kinds, JobQueueOptions options) =>
        request.PayloadType != kind.PayloadType ? $"The kind '{kind.Name}' takes a {kind.PayloadType}, not a {request.PayloadType}."
        : !kinds.Queues.Contains(queue, StringComparer.Ordinal) ? $"The queue '{queue}' is not known; name it in {JobQueueOptions.SectionName}:{nameof(JobQueueOptions.Queues)}."
        : request.Priority is < 0 or > JobLimits.MaxPriority ? $"The priority must be 0 to {JobLimits.MaxPriority}."
        : request.MaxAttempts is < 1 or > JobLimits.MaxAttempts ? $"The number of attempts must be 1 to {JobLimits.MaxAttempts}."
        : request is { Delay: not null, RunAt: not null } ? "Give a delay or a time, not both."
        : request.Delay < TimeSpan.Zero || request.Delay > JobLimits.MaxDelay ? $"The delay must be zero to {JobLimits.MaxDelay.Days} days."
        : request.RunAt?.Year >= DateTimeOffset.MaxValue.Year ? $"The time must be before the year {DateTimeOffset.MaxValue.Year}."
        : IsBadKey(request.UniqueKey) ? $"The unique key {JobLimits.KeyRule}."
        : IsBadKey(request.IdempotencyKey) ? $"The idempotency key {JobLimits.KeyRule}."
        : IsBadKey(request.Owner) ? $"The owner {JobLimits.KeyRule}."
        : request.RequestHash.Length > MaxHashLength ? $"The request hash must have at most {MaxHashLength} bytes."
        : Encoding.UTF8.GetByteCount(request.Payload) > options.MaxPayloadBytes ? $"The payload must not be larger than {options.MaxPayloadBytes} bytes."
        : null;

    private static byte[] HashOf(JobRequest request) => request.RequestHash.IsEmpty
        ? SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(
            new { request.Kind, request.Payload, request.Queue, request.Priority, request.Delay, request.RunAt, request.MaxAttempts, request.UniqueKey }))
        : request.RequestHash.ToArray();

    private static bool IsBadKey(string? key) => key is not null && !JobLimits.IsKey(key);
}
