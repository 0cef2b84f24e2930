using Forge.Jobs;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers kinds of jobs, and who runs them.</summary>
public static class JobKindServiceCollectionExtensions
{
    /// <summary>Registers a kind, so that this program can enqueue it. Define each kind once, in code that the enqueuing and the running program share.</summary>
    /// <param name="services">The services.</param>
    /// <param name="kind">The stable name, stored with each job: lower-case words with dots between, such as <c>report.generate</c>. Not a type's name, which may change.</param>
    /// <param name="configure">Queue, attempts, timeout and backoff.</param>
    /// <exception cref="ArgumentException">The kind is registered already.</exception>
    public static IServiceCollection AddJobKind<TPayload>(this IServiceCollection services, string kind, Action<JobKindOptions>? configure = null)
        where TPayload : notnull
    {
        ArgumentException.ThrowIfNullOrEmpty(kind);
        if (Find(services, kind) is not null)
        {
            throw new ArgumentException($"The kind '{kind}' is registered already.", nameof(kind));
        }

        var options = new JobKindOptions();
        configure?.Invoke(options);
        options.Freeze(kind);
        services.AddSingleton(new JobKind(kind, typeof(TPayload), options));
        return services;
    }

    /// <summary>Registers who runs jobs of a kind, and the kind itself unless <see cref="AddJobKind"/> did before. The worker itself is added by <c>builder.AddJobWorker</c>.</summary>
    /// <param name="services">The services.</param>
    /// <param name="kind">The kind's name.</param>
    /// <param name="configure">Queue, attempts, timeout and backoff; only where the kind is not registered yet.</param>
    /// <exception cref="ArgumentException">The kind has a handler already, is registered with another payload, or is configured a second time.</exception>
    public static IServiceCollection AddJobHandler<TPayload, THandler>(this IServiceCollection services, string kind, Action<JobKindOptions>? configure = null)
        where TPayload : notnull
        where THandler : class, IJobHandler<TPayload>
    {
        ArgumentException.ThrowIfNullOrEmpty(kind);
        var known = Find(services, kind);
        if (known is null)
        {
            services.AddJobKind<TPayload>(kind, configure);
        }
        else if (configure is not null || known.PayloadType != typeof(TPayload))
        {
            throw new ArgumentException($"The kind '{kind}' is registered already, with the payload {known.PayloadType} and options of its own.", nameof(kind));
        }

        if (services.Any(service => service.ImplementationInstance is JobHandlerRegistration handler && handler.Kind == kind))
        {
            throw new ArgumentException($"The kind '{kind}' has a handler already.", nameof(kind));
        }

        services.AddSingleton<JobHandlerRegistration>(new JobHandlerRegistration<TPayload, THandler>(kind));
        return services;
    }

    private static JobKind? Find(IServiceCollection services, string kind) =>
        services.Select(service => service.ImplementationInstance).OfType<JobKind>().FirstOrDefault(known => known.Name == kind);
}
