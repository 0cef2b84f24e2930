using Npgsql;

namespace Forge.Jobs;

/// <summary>What a schedule enqueues, as it is stored.</summary>
internal sealed record ScheduledJob(string Name, string Kind, int Version, string Payload, string? Queue, int Priority, int? MaxAttempts, string? Owner, string? UniqueKey)
{
    /// <summary>The columns, in the order in which <see cref="Read"/> takes them.</summary>
    public const string Columns = "name, kind, version, payload::text, queue, priority, max_attempts, owner, unique_key";

    public static ScheduledJob Read(NpgsqlDataReader row) => new(
        row.GetString(0),
        row.GetString(1),
        row.GetInt32(2),
        row.GetString(3),
        row.TextOrNull(4),
        row.GetInt16(5),
        row.IsDBNull(6) ? null : row.GetInt32(6),
        row.TextOrNull(7),
        row.TextOrNull(8));

    /// <summary>The job in the payload's current version; null with a <paramref name="problem"/> when this program cannot make it.</summary>
    public JobRequest? ToRequest(JobKindRegistry kinds, out string? problem)
    {
        var restored = kinds.Restore(Kind, Version, Payload);
        problem = restored switch
        {
            JobRequestResult.InvalidPayload(var errors) =>
                $"The payload does not fit the kind '{Kind}' any more: {string.Join("; ", errors.Select(error => $"{error.Key} {string.Join(", ", error.Value)}".TrimStart()))}.",
            JobRequestResult.UnknownKind => $"The kind '{Kind}' with payloads of version {Version} is not known to this program.",
            _ => null,
        };
        return restored is JobRequestResult.Valid(_, var request)
            ? request with { Queue = Queue, Priority = Priority, MaxAttempts = MaxAttempts, Owner = Owner, UniqueKey = UniqueKey }
            : null;
    }
}
