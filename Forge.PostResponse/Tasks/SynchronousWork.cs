namespace Forge.PostResponse;

internal sealed class SynchronousWork(
    string name, TaskSettings settings, SynchronousThreads threads, Action<IServiceProvider, CancellationToken> work)
    : PostResponseWork(name, settings)
{
    public override Task RunAsync(IServiceProvider services, CancellationToken cancellationToken) =>
        threads.RunAsync(() => work(services, cancellationToken), cancellationToken);
}
