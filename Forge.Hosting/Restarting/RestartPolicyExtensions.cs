using Aspire.Hosting.ApplicationModel;
using Forge.Hosting.Restarting;
using Forge.Hosting.Watching;

#pragma warning disable IDE0130 // where an AppHost needs no using
namespace Aspire.Hosting;

/// <summary>Lets resources come back when they end by themselves.</summary>
public static class RestartPolicyExtensions
{
    /// <summary>
    /// Starts the resource again whenever it ends without having been asked to: a crash, a kill, a clean exit, also before it was ever healthy.
    /// After 1 s, then 2 s, 4 s … up to 10 s, and after 1 s again once it has run for a minute.
    /// </summary>
    /// <remarks>
    /// <para>After <paramref name="maxRestarts"/> in a row the resource is given up. Its state then says so, and its log and the logs of all resources that
    /// wait for it say why. The start command in the dashboard begins again.</para>
    /// <para>A resource that was stopped by command stays stopped. When the AppHost stops, nothing is started any more.</para>
    /// </remarks>
    /// <param name="builder">A project, an executable or a container.</param>
    /// <param name="maxRestarts">How often in a row, at least 1.</param>
    public static IResourceBuilder<T> WithRestartPolicy<T>(this IResourceBuilder<T> builder, int maxRestarts = 10)
        where T : IResource
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxRestarts, 1);
        builder.ApplicationBuilder.Services.AddResourceObserver<RestartPolicy>();
        return builder.WithAnnotation(new RestartPolicyAnnotation(maxRestarts), ResourceAnnotationMutationBehavior.Replace);
    }
}
