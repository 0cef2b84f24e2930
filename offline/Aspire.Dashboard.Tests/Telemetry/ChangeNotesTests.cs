using Aspire.Dashboard.Telemetry;

namespace Aspire.Dashboard.Tests.Telemetry;

public sealed class ChangeNotesTests
{
    [Fact]
    public async Task AChange_BetweenTheCallAndTheFirstQuestion_IsTold()
    {
        var notes = new ChangeNotes(TimeProvider.System);
        await using var changes = notes.WatchAsync(TestContext.Current.CancellationToken).GetAsyncEnumerator(TestContext.Current.CancellationToken);

        notes.Note(ChangeTopic.Logs);

        var first = changes.MoveNextAsync();
        Assert.True(first.IsCompleted, "the change was there before the question");
        Assert.True(await first);
        Assert.Equal([ChangeTopic.Logs], changes.Current);
    }
}
