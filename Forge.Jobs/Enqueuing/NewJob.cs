using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Forge.Jobs;

/// <summary>A request with everything decided: the row that will be inserted. Its id is drawn before the insert, so that repeating the insert after a lost answer cannot make a second job.</summary>
internal sealed record NewJob(Guid Id, JobRequest Request, string Queue, int Version, int MaxAttempts, bool IsLimited, byte[]? RequestHash, string? TraceParent, string? TraceState)
{
    private const int MaxHashLength = 64;

    public DispatchedJob Dispatched => new(Id, Queue, Request.Priority, IsLimited ? Request.Kind : null);

    /// <summary>True for a job that no other can stand in the way of.</summary>
    public bool IsWithoutKeys => Request is { UniqueKey: null, IdempotencyKey: null };

    /// <summary>True for a job that moreover may run at once.</summary>
    public bool IsPlain => IsWithoutKeys && Request is { Delay: null, RunAt: null };

    public static NewJob From(JobRequest request, JobKindRegistry kinds, JobQueueOptions options, Guid id, Activity? sender)
    {
        ArgumentNullException.ThrowIfNull(request);
        var kind = kinds.Get(request.Kind);
        var queue = request.Queue ?? kind.Options.Queue;
        Refuse(request.PayloadType != kind.PayloadType, $"The kind '{kind.Name}' takes a {kind.PayloadType}, not a {request.PayloadType}.");
        Refuse(!kinds.Queues.Contains(queue, StringComparer.Ordinal), $"The queue '{queue}' is not known; name it in {JobQueueOptions.SectionName}:{nameof(JobQueueOptions.Queues)}.");
        Refuse(request.Priority is < 0 or > JobLimits.MaxPriority, $"The priority must be 0 to {JobLimits.MaxPriority}.");
        Refuse(request.MaxAttempts is < 1 or > JobLimits.MaxAttempts, $"The number of attempts must be 1 to {JobLimits.MaxAttempts}.");
        Refuse(request is { Delay: not null, RunAt: not null }, "Give a delay or a time, not both.");
        Refuse(request.Delay < TimeSpan.Zero || request.Delay > JobLimits.MaxDelay, $"The delay must be zero to {JobLimits.MaxDelay.Days} days.");
        Refuse(IsBadKey(request.UniqueKey), $"The unique key {JobLimits.KeyRule}.");
        Refuse(IsBadKey(request.IdempotencyKey), $"The idempotency key {JobLimits.KeyRule}.");
        Refuse(IsBadKey(request.Owner), $"The owner {JobLimits.KeyRule}.");
        Refuse(request.RequestHash.Length > MaxHashLength, $"The request hash must have at most {MaxHashLength} bytes.");
        Refuse(Encoding.UTF8.GetByteCount(request.Payload) > options.MaxPayloadBytes, $"The payload must not be larger than {options.MaxPayloadBytes} bytes.");
        return new NewJob(
            id,
            request,
            queue,
            kind.Options.Version,
            request.MaxAttempts ?? kind.Options.MaxAttempts,
            kind.Options.IsLimited,
            request.IdempotencyKey is null ? null : HashOf(request),
            sender?.Id,
            sender?.TraceStateString);
    }

    private static byte[] HashOf(JobRequest request) => request.RequestHash.IsEmpty
        ? SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(
            new { request.Kind, request.Payload, request.Queue, request.Priority, request.Delay, request.RunAt, request.MaxAttempts, request.UniqueKey }))
        : request.RequestHash.ToArray();

    private static bool IsBadKey(string? key) => key is not null && !JobLimits.IsKey(key);

    private static void Refuse(bool isWrong, string message)
    {
        if (isWrong)
        {
            throw new ArgumentException(message);
        }
    }
}
