using Forge.Contracts;
using Forge.Data.Payments;
using Forge.Jobs;
using Microsoft.Extensions.Hosting;

namespace Forge.Worker.Tests.Payments;

/// <summary>Payments whose run is told to end when the gateway has been asked and has not answered yet.</summary>
public sealed class InterruptedPaymentTests(PaymentShop shop) : IClassFixture<PaymentShop>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Payment_CancelledAfterTheGatewayWasAsked_IsCapturedByItsYes()
    {
        await using var gateway = await SlowGateway.StartAsync();
        using var worker = await StartWorkerAsync(gateway);
        var payment = await PlaceAsync(gateway);

        await CancelAsync(payment.JobId);
        gateway.SayYes("capture-1");
        var job = await shop.WaitForAsync(payment.JobId, JobState.Completed, JobState.Cancelled);

        Assert.Equal(JobState.Completed, job.State);
        await AssertBookedAsync(payment.Id, "capture-1");
        await worker.StopAsync(Cancellation);
    }

    [Fact]
    public async Task Payment_CancelledAfterTheGatewayWasAsked_HasFailedByItsNo()
    {
        await using var gateway = await SlowGateway.StartAsync();
        using var worker = await StartWorkerAsync(gateway);
        var payment = await PlaceAsync(gateway);

        await CancelAsync(payment.JobId);
        gateway.SayNo();
        await shop.WaitForAsync(payment.JobId, JobState.Cancelled);

        Assert.Equal(PaymentState.Failed, (await shop.Payments.FindAsync(payment.Id, Cancellation))!.State);
        await worker.StopAsync(Cancellation);
    }

    [Fact]
    public async Task Payment_WhoseWorkerStopsAfterTheGatewayWasAsked_IsCapturedByItsYes()
    {
        await using var gateway = await SlowGateway.StartAsync();
        using var worker = await StartWorkerAsync(gateway, ("Jobs:Worker:StopGrace", "00:00:00"));
        var payment = await PlaceAsync(gateway);
        var witness = await StartWitnessAsync();

        var stop = worker.StopAsync(Cancellation);
        await shop.WaitForAsync(witness, JobState.Available);
        gateway.SayYes("capture-2");
        var job = await shop.WaitForAsync(payment.JobId, JobState.Completed, JobState.Available);

        Assert.Equal(JobState.Completed, job.State);
        await AssertBookedAsync(payment.Id, "capture-2");
        await stop;
        await shop.Control.CancelAsync(witness, Cancellation);
    }

    private Task<IHost> StartWorkerAsync(SlowGateway gateway, params (string Key, string Value)[] settings) =>
        shop.StartWorkerAsync([("services:sandbox:http:0", gateway.Address), .. settings]);

    private async Task<Payment> PlaceAsync(SlowGateway gateway)
    {
        var payment = await shop.PlaceAsync();
        await gateway.WaitUntilAskedAsync();
        return payment;
    }

    /// <summary>Returns when the worker has heard it, which it has when it has heeded a later one.</summary>
    private async Task CancelAsync(Guid jobId)
    {
        var witness = await StartWitnessAsync();
        await shop.Control.CancelAsync(jobId, Cancellation);
        await shop.Control.CancelAsync(witness, Cancellation);
        await shop.WaitForAsync(witness, JobState.Cancelled);
    }

    /// <summary>A job of the same worker that heeds its token.</summary>
    private async Task<Guid> StartWitnessAsync()
    {
        var id = await shop.EnqueueAsync(JobKinds.DemoSleep, new DemoSleepPayload(600_000));
        await shop.WaitForAsync(id, JobState.Running);
        return id;
    }

    private async Task AssertBookedAsync(Guid paymentId, string captureId)
    {
        var payment = (await shop.Payments.FindAsync(paymentId, Cancellation))!;
        Assert.Equal((PaymentState.Captured, captureId), (payment.State, payment.CaptureId));
        Assert.Equal(2, (await shop.ReadLedgerAsync(paymentId)).Length);
    }
}
