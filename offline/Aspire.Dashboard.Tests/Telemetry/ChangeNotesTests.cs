using Aspire.Dashboard.Telemetry;

namespace Aspire.Dashboard.Tests.Telemetry;

public sealed class ChangeNotesTests
{
    [Fact]
    public async Task AChange_BetweenTheCallAndTheFirstQuestion_IsTold()
    {
        var notes = new ChangeNotes(TimeProvider.System);
        var changes = notes.WatchAsync(TestContext.Current.CancellationToken);

        notes.Note(ChangeTopic.Logs);

        await foreach (var topics in changes)
        {
            Assert.Equal([ChangeTopic.Logs], topics);
            break;
        }
    }
}
