using Forge.Contracts;
using Forge.Data.Payments;
using Forge.Jobs;
using Npgsql;

namespace Forge.Worker.Payments;

/// <summary>Captures a payment, once: takes the money at the gateway, then books it and completes the job in one transaction.</summary>
/// <remarks>
/// Dying before the gateway was asked: the next run asks. Dying after it took the money and before the commit: the next run asks with the same
/// key, gets the same answer, and books it. Dying after the commit: all is done. When no run gets an answer the payment stays pending, which is
/// what is known about it, and retrying the dead letter may still capture it.
///
/// A cancel is heeded up to the moment before the gateway is asked. After it the answer is waited for and booked all the same: to let go of a yes would be to keep
/// the money without a record of it. A worker that stops does not wait for that long; its job is rescued, and the next run asks with the same key.
/// </remarks>
internal sealed class PaymentHandler(PaymentTable payments, PaymentGateway gateway, NpgsqlDataSource dataSource) : IJobHandler<PaymentPayload>
{
    public async Task HandleAsync(JobContext<PaymentPayload> context, CancellationToken cancellationToken)
    {
        var payment = await payments.FindAsync(context.Payload.PaymentId, cancellationToken)
            ?? throw new DoNotRetryException("There is no such payment.");
        cancellationToken.ThrowIfCancellationRequested();
        var captureId = payment.CaptureId ?? await CaptureAsync(payment);
        await BookAsync(context, payment.Id, captureId);
    }

    private async Task<string> CaptureAsync(Payment payment)
    {
        try
        {
            return await gateway.CaptureAsync(payment);
        }
        catch (PaymentDeclinedException declined)
        {
            // Dying before the job's end is stored: the next run asks again and gets the same no.
            await payments.FailAsync(payment.Id, declined.Message, CancellationToken.None);
            throw new DoNotRetryException(declined.Message, declined);
        }
    }

    private async Task BookAsync(JobContext context, Guid paymentId, string captureId)
    {
        context.SetResult(new CapturedPayment(paymentId, captureId));
        await using var connection = await dataSource.OpenConnectionAsync(CancellationToken.None);
        await using var transaction = await connection.BeginTransactionAsync(CancellationToken.None);
        await PaymentTable.CaptureAsync(paymentId, captureId, transaction, CancellationToken.None);
        await context.CompleteAsync(transaction, CancellationToken.None);
        await transaction.CommitAsync(CancellationToken.None);
    }

    private sealed record CapturedPayment(Guid PaymentId, string CaptureId);
}
