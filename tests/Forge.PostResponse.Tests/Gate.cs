namespace Forge.PostResponse.Tests;

/// <summary>Something a test waits for, or holds others with.</summary>
internal sealed class Gate
{
    private readonly TaskCompletionSource _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public bool IsOpen => _opened.Task.IsCompleted;

    public void Open() => _opened.TrySetResult();

    public Task WhenOpenAsync() => _opened.Task.WaitAsync(LaneApp.Patience, TestContext.Current.CancellationToken);
}
