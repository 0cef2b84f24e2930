namespace Forge.PostResponse;

internal sealed class AsynchronousWork(string name, TaskSettings settings, Func<IServiceProvider, CancellationToken, Task> work)
    : PostResponseWork(name, settings)
{
    public override Task RunAsync(IServiceProvider services, CancellationToken cancellationToken) => work(services, cancellationToken);
}
