using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Options;

namespace Forge.Jobs;

/// <summary>The kinds and queues that this program knows.</summary>
public sealed class JobKindRegistry
{
    private static readonly string[] IsRequired = ["is required"];

    private readonly FrozenDictionary<string, JobKind> _kinds;
    private readonly JobQueueOptions _options;

    internal JobKindRegistry(IEnumerable<JobKind> kinds, IOptions<JobQueueOptions> options)
    {
        _kinds = kinds.ToFrozenDictionary(kind => kind.Name, StringComparer.Ordinal);
        _options = options.Value;
        Queues = _kinds.Values.Select(kind => kind.Options.Queue).Concat(_options.Queues).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToArray();
    }

    /// <summary>Every kind, in no order.</summary>
    public IReadOnlyCollection<JobKind> Kinds => _kinds.Values;

    /// <summary>Every queue: the kinds' own and those of <see cref="JobQueueOptions.Queues"/>. Other queues are refused, since no worker would look there.</summary>
    public IReadOnlyList<string> Queues { get; }

    /// <summary>Finds a kind by its name.</summary>
    public bool TryGet(string kind, [NotNullWhen(true)] out JobKind? found) => _kinds.TryGetValue(kind, out found);

    /// <summary>Reads a payload that came from outside: unknown, missing and ill-fitting members and data annotations become errors by field.</summary>
    public JobRequestResult CreateRequest(string kind, JsonElement payload)
    {
        ArgumentNullException.ThrowIfNull(kind);
        if (!_kinds.TryGetValue(kind, out var found))
        {
            return new JobRequestResult.UnknownKind();
        }

        if (payload.ValueKind != JsonValueKind.Object)
        {
            return Invalid("", "must be a JSON object");
        }

        if (IsTooLarge(payload.GetRawText()))
        {
            return TooLarge();
        }

        var missing = MissingMembers(found.PayloadType, payload);
        if (missing.Count > 0)
        {
            return new JobRequestResult.InvalidPayload(missing);
        }

        try
        {
            var value = payload.Deserialize(found.PayloadType, JobJson.Incoming)!;
            var errors = PayloadValidator.Validate(value);
            if (errors.Count > 0)
            {
                return new JobRequestResult.InvalidPayload(errors);
            }

            // What is stored counts, which can be more than what was sent: a letter outside ASCII takes six characters there.
            var request = JobRequest.Create(kind, found.PayloadType, value);
            return IsTooLarge(request.Payload) ? TooLarge() : new JobRequestResult.Valid(found, request);
        }
        catch (JsonException exception)
        {
            return Invalid(FieldOf(exception), MessageOf(exception));
        }
        catch (UnstorablePayloadException exception)
        {
            return Invalid("", $"holds {exception.Unstorable}, which cannot be stored");
        }
        catch (Exception exception) when (exception is ArgumentException or InvalidOperationException)
        {
            // A payload's own constructor refused a value, or its text cannot be stored. The message may be the library's, so it is ours that is sent.
            return Invalid("", "holds a value that is not allowed");
        }
    }

    /// <summary>Reads a payload that was stored some time ago, in a version of that time. What is wrong with it then is an error by field, or by <c>""</c>.</summary>
    internal JobRequestResult Restore(string kind, int version, string payload)
    {
        if (!_kinds.TryGetValue(kind, out var found) || !found.CanRead(version))
        {
            return new JobRequestResult.UnknownKind();
        }

        try
        {
            var value = JsonSerializer.Deserialize(found.BringForward(payload, version), found.PayloadType, JobJson.Stored) ?? throw new JsonException("The payload is null.");
            var errors = PayloadValidator.Validate(value);
            return errors.Count > 0
                ? new JobRequestResult.InvalidPayload(errors)
                : new JobRequestResult.Valid(found, JobRequest.Create(kind, found.PayloadType, value));
        }
        catch (Exception exception)
        {
            // Whatever an upcaster or a constructor threw: the payload is what it is, and the caller says so.
            return Invalid("", $"{exception.GetType().Name}: {exception.Message}");
        }
    }

    internal JobKind Get(string kind) => _kinds.TryGetValue(kind, out var found)
        ? found
        : throw new ArgumentException($"The kind '{kind}' is not registered in this program; call AddJobKind or AddJobHandler.", nameof(kind));

    private static Dictionary<string, string[]> MissingMembers(Type payloadType, JsonElement payload)
    {
        var names = payload.EnumerateObject().Select(member => member.Name).ToHashSet(StringComparer.OrdinalIgnoreCase);
        return JobJson.Incoming.GetTypeInfo(payloadType).Properties
            .Where(property => property.IsRequired && !names.Contains(property.Name))
            .ToDictionary(property => property.Name, _ => IsRequired, StringComparer.Ordinal);
    }

    // JsonException.Path is "$.pages" or "$['a b'].c"; the payload as a whole is "$".
    private static string FieldOf(JsonException exception) =>
        exception.Path is { Length: > 2 } path && path.StartsWith("$.", StringComparison.Ordinal) ? path[2..] : "";

    private static string MessageOf(JsonException exception) =>
        exception.Message.Contains("could not be mapped", StringComparison.Ordinal) ? "is not known here"
        : exception.Message.Contains("null", StringComparison.Ordinal) ? "must not be null"
        : exception.Message.Contains("Duplicate", StringComparison.Ordinal) ? "is given twice"
        : "has the wrong type or is out of range";

    private bool IsTooLarge(string payload) => Encoding.UTF8.GetByteCount(payload) > _options.MaxPayloadBytes;

    private JobRequestResult.InvalidPayload TooLarge() => Invalid("", $"must not be larger than {_options.MaxPayloadBytes} bytes as it is stored");

    private static JobRequestResult.InvalidPayload Invalid(string field, string message) =>
        new(new Dictionary<string, string[]>(StringComparer.Ordinal) { [field] = [message] });
}
