using Microsoft.Extensions.DependencyInjection;

namespace Forge.PostResponse;

internal sealed class TypedWork<TTask, TArguments>(string name, TaskSettings settings, TArguments arguments)
    : PostResponseWork(name, settings)
    where TTask : class, IPostResponseTask<TArguments>
{
    public override bool CanBeWrittenDown => typeof(TTask).IsAssignableTo(typeof(IWriteDown<TArguments>));

    public override Task RunAsync(IServiceProvider services, CancellationToken cancellationToken) =>
        services.GetRequiredService<TTask>().RunAsync(arguments, cancellationToken);

    public override Task WriteDownAsync(IServiceProvider services, CancellationToken cancellationToken) =>
        ((IWriteDown<TArguments>)services.GetRequiredService<TTask>()).WriteDownAsync(arguments, cancellationToken);
}
