namespace Forge.PostResponse.TestApp;

/// <summary>Takes a tenth of a second, and cannot be written down.</summary>
[Loss(LossImpact.Tolerable)]
public sealed class StayTask(Journal journal) : IPostResponseTask<int>
{
    public async Task RunAsync(int arguments, CancellationToken cancellationToken)
    {
        await Task.Delay(TimeSpan.FromMilliseconds(100), cancellationToken);
        journal.Write($"run {arguments}");
    }
}

/// <summary>Takes a tenth of a second, and can be written down.</summary>
[Loss(LossImpact.Tolerable)]
public sealed class MoveTask(Journal journal) : IPostResponseTask<int>, IWriteDown<int>
{
    public async Task RunAsync(int arguments, CancellationToken cancellationToken)
    {
        await Task.Delay(TimeSpan.FromMilliseconds(100), cancellationToken);
        journal.Write($"run {arguments}");
    }

    public Task WriteDownAsync(int arguments, CancellationToken cancellationToken)
    {
        journal.Write($"moved {arguments}");
        return Task.CompletedTask;
    }
}
