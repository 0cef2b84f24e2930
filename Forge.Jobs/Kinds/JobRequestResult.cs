namespace Forge.Jobs;

/// <summary>What became of a kind and a JSON payload that came from outside.</summary>
public abstract record JobRequestResult
{
    private JobRequestResult()
    {
    }

    /// <summary>The payload fits; <paramref name="Request"/> can be completed with <c>with</c> and enqueued.</summary>
    public sealed record Valid(JobKind Kind, JobRequest Request) : JobRequestResult;

    /// <summary>No such kind is registered in this program.</summary>
    public sealed record UnknownKind : JobRequestResult;

    /// <summary>The payload does not fit the kind. <paramref name="Errors"/>: field, as its path in camelCase (<c>pages</c>; empty for the payload as a whole), to messages.</summary>
    public sealed record InvalidPayload(IReadOnlyDictionary<string, string[]> Errors) : JobRequestResult;
}
