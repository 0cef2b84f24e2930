using System.Diagnostics;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>What every resource has.</summary>
[DebuggerDisplay("{Name}")]
public abstract class Resource : IResource
{
    /// <summary>Initializes the resource.</summary>
    /// <param name="name">1–64 ASCII letters, digits and single hyphens, starting with a letter.</param>
    /// <exception cref="ArgumentException">The name is not of that form.</exception>
    protected Resource(string name)
    {
        ResourceName.ThrowIfInvalid(name);
        Name = name;
    }

    /// <inheritdoc/>
    public virtual string Name { get; }

    /// <inheritdoc/>
    public virtual ResourceAnnotationCollection Annotations { get; } = [];
}
