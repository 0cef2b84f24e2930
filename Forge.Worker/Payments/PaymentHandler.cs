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
/// </remarks>
internal sealed class PaymentHandler(PaymentTable payments, PaymentGateway gateway, NpgsqlDataSource dataSource) : IJobHandler<PaymentPayload>
{
    public async Task HandleAsync(JobContext<PaymentPayload> context, CancellationToken cancellationToken)
    {
        var payment = await payments.FindAsync(context.Payload.PaymentId, cancellationToken)
            ?? throw new DoNotRetryException("There is no such payment.");
        var captureId = payment.CaptureId ?? await CaptureAsync(payment, cancellationToken);

        context.SetResult(new CapturedPayment(payment.Id, captureId));
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await PaymentTable.CaptureAsync(payment.Id, captureId, transaction, cancellationToken);
        await context.CompleteAsync(transaction, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    private async Task<string> CaptureAsync(Payment payment, CancellationToken cancellationToken)
    {
        try
        {
            return await gateway.CaptureAsync(payment, cancellationToken);
        }
        catch (PaymentDeclinedException declined)
        {
            // Dying before the job's end is stored: the next run asks again and gets the same no.
            await payments.FailAsync(payment.Id, declined.Message, cancellationToken);
            throw new DoNotRetryException(declined.Message, declined);
        }
    }

    private sealed record CapturedPayment(Guid PaymentId, string CaptureId);
}
