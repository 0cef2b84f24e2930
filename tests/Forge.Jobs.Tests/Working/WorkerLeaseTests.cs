using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace Forge.Jobs.Tests.Working;

public sealed class WorkerLeaseTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void Lease_HoldsForItsDuration_AndUntilItIsClosed()
    {
        var lease = CreateLease();
        Assert.False(lease.IsHeld);

        lease.Renewed(lease.Now);
        _time.Advance(TimeSpan.FromSeconds(7.9));
        Assert.True(lease.IsHeld);
        _time.Advance(TimeSpan.FromSeconds(0.2));
        Assert.False(lease.IsHeld);

        lease.Renewed(lease.Now);
        Assert.True(lease.IsHeld);
        lease.Close();
        lease.Renewed(lease.Now);
        Assert.False(lease.IsHeld);
    }

    [Fact]
    public void Lease_WhenTheMachineWasSuspended_IsNoLongerHeld()
    {
        var suspended = new SuspendedTime(_time);
        var lease = CreateLease(suspended);
        lease.Renewed(lease.Now);

        // The monotonic clock stands still meanwhile.
        _time.Advance(TimeSpan.FromMinutes(1));

        Assert.Equal(0, suspended.GetTimestamp());
        Assert.False(lease.IsHeld);
    }

    private WorkerLease CreateLease(TimeProvider? time = null) => new(Options.Create(new JobWorkerOptions()), time ?? _time);

    private sealed class SuspendedTime(TimeProvider time) : TimeProvider
    {
        public override long GetTimestamp() => 0;

        public override DateTimeOffset GetUtcNow() => time.GetUtcNow();
    }
}
