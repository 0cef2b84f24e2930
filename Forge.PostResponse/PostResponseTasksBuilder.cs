using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Forge.PostResponse;

/// <summary>Registers the task types of the post-response lane by name.</summary>
public sealed class PostResponseTasksBuilder
{
    internal PostResponseTasksBuilder(IServiceCollection services) => Services = services;

    /// <summary>The application's services.</summary>
    public IServiceCollection Services { get; }

    /// <summary>Registers a task type under the name by which requests add it.</summary>
    /// <typeparam name="TTask">The task type. It is created anew for every run, from the run's own dependency scope.</typeparam>
    /// <typeparam name="TArguments">What the request hands to the task.</typeparam>
    /// <param name="name">A stable name such as <c>welcome-email</c>. It appears in spans, metrics and logs.</param>
    /// <param name="configure">Settings of this task; unset ones come from <see cref="PostResponseOptions"/>.</param>
    /// <returns>This builder.</returns>
    /// <exception cref="ArgumentException">The name is taken by another task.</exception>
    /// <exception cref="InvalidOperationException">
    /// <typeparamref name="TTask"/> says <c>[Loss(LossImpact.Business)]</c>: such work belongs to a durable lane.
    /// </exception>
    public PostResponseTasksBuilder AddTask<TTask, TArguments>(string name, Action<PostResponseTaskOptions>? configure = null)
        where TTask : class, IPostResponseTask<TArguments>
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        RefuseBusinessImpact(name, typeof(TTask));
        if (Services.Any(service => service.ImplementationInstance is PostResponseTaskRegistration known && known.Name == name))
        {
            throw new ArgumentException($"A post-response task named '{name}' is registered already.", nameof(name));
        }

        var options = new PostResponseTaskOptions();
        configure?.Invoke(options);
        if (options.Timeout is { } timeout && timeout <= TimeSpan.Zero && timeout != Timeout.InfiniteTimeSpan)
        {
            throw new ArgumentException($"The timeout of the task '{name}' must be longer than zero, or infinite.", nameof(configure));
        }

        Services.TryAddTransient<TTask>();
        Services.AddSingleton<PostResponseTaskRegistration>(new PostResponseTaskRegistration<TTask, TArguments>(name, options));
        return this;
    }

    private static void RefuseBusinessImpact(string name, Type taskType)
    {
        if (taskType.GetCustomAttribute<LossAttribute>() is { Impact: LossImpact.Business })
        {
            throw new InvalidOperationException(
                $"The task '{name}' ({taskType.Name}) says [Loss(LossImpact.Business)], and the post-response lane loses work when the process " +
                "dies. Put it into the durable lane instead: enqueue a job with IJobQueue in the request.");
        }
    }
}
