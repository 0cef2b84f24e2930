using System.Diagnostics;

namespace Forge.ChaosTests;

public sealed class UnixSignalTests
{
    [Fact]
    public async Task Signal_ToAProcessThatHasEnded_ReachesNobody()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The suite sends Linux signals.");
        using var process = Process.Start("sleep", "60");
        Assert.True(UnixSignal.Kill.TrySend(process.Id));
        await Bounded.WaitAsync(process.WaitForExitAsync, () => "the end of the killed process", TestContext.Current.CancellationToken);

        Assert.False(UnixSignal.Stop.TrySend(process.Id));
    }
}
