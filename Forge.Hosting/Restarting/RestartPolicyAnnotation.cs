using Aspire.Hosting.ApplicationModel;

namespace Forge.Hosting.Restarting;

/// <summary>Marks a resource that <see cref="RestartPolicy"/> looks after.</summary>
/// <param name="maxRestarts">How often in a row it is started again.</param>
internal sealed class RestartPolicyAnnotation(int maxRestarts) : IResourceAnnotation
{
    public int MaxRestarts { get; } = maxRestarts;
}
