namespace Forge.Jobs;

/// <summary>A kind of job as it was registered by <c>AddJobKind</c> or <c>AddJobHandler</c>.</summary>
public sealed class JobKind
{
    internal JobKind(string name, Type payloadType, JobKindOptions options)
    {
        Name = name;
        PayloadType = payloadType;
        Options = options;
    }

    /// <summary>The stable name that is stored with each job, such as <c>report.generate</c>.</summary>
    public string Name { get; }

    /// <summary>The type its payload is read into.</summary>
    internal Type PayloadType { get; }

    /// <summary>Queue, attempts, timeout and backoff. They cannot be changed any more.</summary>
    public JobKindOptions Options { get; }

    /// <summary>The lowest version of the payload that this program can still run: the first that <see cref="JobKindOptions.Upcast"/> brings forward, else the current one.</summary>
    internal int LowestVersion => Options.Upcasts.Lowest ?? Options.Version;

    internal bool CanRead(int version) => version >= LowestVersion && version <= Options.Version;

    /// <summary>The payload in the current version.</summary>
    internal string BringForward(string payload, int version) =>
        version == Options.Version ? payload : Options.Upcasts.Apply(payload, version, Options.Version);
}
