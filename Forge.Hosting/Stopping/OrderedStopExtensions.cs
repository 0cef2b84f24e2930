using Aspire.Hosting.ApplicationModel;
using Forge.Hosting.Stopping;
using Forge.Hosting.Watching;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;

#pragma warning disable IDE0130 // where an AppHost needs no using
namespace Aspire.Hosting;

/// <summary>Lets an AppHost stop its resources in the order of their dependencies.</summary>
public static class OrderedStopExtensions
{
    /// <summary>
    /// When the AppHost stops, each resource stops as soon as all that wait for it or reference it have stopped. Nothing is left when the AppHost ends.
    /// </summary>
    /// <remarks>
    /// <para>Without it all resources get SIGTERM at once, a database as soon as those that still write to it, and SIGKILL 6 s later.</para>
    /// <para>It holds for a stop by Ctrl-C, SIGTERM or the application's own end, in run mode. A killed AppHost stops nothing in order.</para>
    /// <para>While resources still wait for one another the host only disposes its services, and only where the AppHost disposes the application:
    /// <c>await using var app = builder.Build(); await app.RunAsync();</c>. Then this stop is in order, too. Temporary data is deleted then as well.</para>
    /// <para>The host's shutdown timeout (<see cref="HostOptions.ShutdownTimeout"/>, 30 s by default) bounds the whole.</para>
    /// </remarks>
    /// <param name="builder">The application.</param>
    public static IDistributedApplicationBuilder AddOrderedStop(this IDistributedApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        if (builder.ExecutionContext.IsRunMode)
        {
            // Otherwise the prompt is back before the processes have ended.
            builder.Configuration["DcpPublisher:WaitForResourceCleanup"] = "true";
            builder.Services.AddResourceObserver<RunningInstances>();
            builder.Services.AddResourceObserver<StopSignals>();
            builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, OrderedStop>());
        }

        return builder;
    }

    /// <summary>Sets how long the resource may take to stop in an ordered stop before it is ended.</summary>
    /// <param name="builder">The resource: a project or an executable. A container has the time that its engine gives.</param>
    /// <param name="limit">The time. 10 s where it is not set.</param>
    public static IResourceBuilder<T> WithStopTime<T>(this IResourceBuilder<T> builder, TimeSpan limit)
        where T : IResource
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(limit, TimeSpan.Zero);
        return builder.WithAnnotation(new StopTimeAnnotation(limit), ResourceAnnotationMutationBehavior.Replace);
    }

    internal static IResourceBuilder<T> WithStopSignal<T>(this IResourceBuilder<T> builder, int signal)
        where T : ExecutableResource
    {
        builder.ApplicationBuilder.Services.AddResourceObserver<StopSignals>();
        return builder.WithAnnotation(new StopSignalAnnotation(signal), ResourceAnnotationMutationBehavior.Replace);
    }
}
