using Forge.Data.Payments;
using Forge.Jobs;
using Forge.Sandbox.Faults;

namespace Forge.Worker.Tests.Payments;

public sealed class KilledWorkerTests(PaymentShop shop) : IClassFixture<PaymentShop>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Payment_WhoseGatewayTookTheMoneyBeforeItsWorkerWasKilled_IsCapturedOnce()
    {
        await shop.Gateway.MisbehaveAsync(new Fault(DelayMs: 60_000));
        var payment = await shop.PlaceAsync();
        using (var doomed = WorkerProcess.Start(shop.Settings))
        {
            await Eventually.IsTrueAsync(async () => await shop.Gateway.CountCapturesAsync(payment.Id) == 1, "the capture at the gateway", Cancellation);
            doomed.Kill();
        }

        Assert.Equal(PaymentState.Pending, (await shop.Payments.FindAsync(payment.Id, Cancellation))!.State);
        await shop.Gateway.BehaveAsync();
        using var successor = WorkerProcess.Start(shop.Settings);
        var job = await shop.WaitForAsync(payment.JobId, JobState.Completed, JobState.Discarded);

        Assert.Equal(["rescued", "completed"], job.Attempts.Select(attempt => attempt.Outcome));
        Assert.Equal(PaymentState.Captured, (await shop.Payments.FindAsync(payment.Id, Cancellation))!.State);
        Assert.Equal(1, await shop.Gateway.CountCapturesAsync(payment.Id));
        Assert.Equal(2, (await shop.ReadLedgerAsync(payment.Id)).Length);
    }
}
