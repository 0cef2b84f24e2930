namespace Forge.Api.CpuLane;

internal abstract class CpuWorkItem
{
    public abstract void Run();

    public abstract void Cancel(CancellationToken cancellationToken);
}

internal sealed class CpuWorkItem<T>(Func<T> work) : CpuWorkItem
{
    // The caller goes on in the thread pool; its continuation must not occupy a thread of the lane.
    private readonly TaskCompletionSource<T> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<T> Completion => _completion.Task;

    public override void Run()
    {
        try
        {
            _completion.TrySetResult(work());
        }
        catch (Exception exception)
        {
            _completion.TrySetException(exception);
        }
    }

    public override void Cancel(CancellationToken cancellationToken) => _completion.TrySetCanceled(cancellationToken);
}
