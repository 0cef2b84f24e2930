using System.Security.Cryptography;
using System.Text;
using Forge.Contracts;
using Forge.Data.Payments;
using Forge.Jobs;
using Npgsql;

namespace Forge.Api.Payments;

/// <summary>Takes payments in: the payment and the job that captures it are committed together, or neither is.</summary>
internal sealed class PaymentDesk(NpgsqlDataSource dataSource, PaymentTable payments, IJobQueue queue, TimeProvider timeProvider)
{
    public async Task<PlacePaymentResult> PlaceAsync(PaymentRequest request, Guid userId, string? idempotencyKey, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var id = Guid.CreateVersion7(timeProvider.GetUtcNow());
        var enqueued = await queue.EnqueueAsync(JobFor(id, request, userId, idempotencyKey), transaction, cancellationToken);
        if (enqueued is not EnqueueResult.Enqueued(var jobId))
        {
            return await FindFirstAsync(enqueued, cancellationToken);
        }

        var payment = new Payment(id, userId, request.OrderId, request.Amount, request.Currency, jobId) { IdempotencyKey = idempotencyKey };
        if (!await PaymentTable.TryAddAsync(payment, transaction, cancellationToken))
        {
            // The job that carried the key is gone, the payment is not. Rolled back, the new job never was.
            return await FindForgottenAsync(request, userId, idempotencyKey!, cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);

        // Dying here leaves a committed job that a worker finds at its next fallback poll.
        await queue.AnnounceAsync([jobId], cancellationToken);
        return new PlacePaymentResult.Placed(id, jobId);
    }

    private static JobRequest JobFor(Guid paymentId, PaymentRequest request, Guid userId, string? idempotencyKey) =>
        JobRequest.For(JobKinds.PaymentCapture, new PaymentPayload(paymentId)) with
        {
            Owner = userId.ToString(),
            IdempotencyKey = idempotencyKey,
            // Not the payload, whose payment is a new one each time. 1.0 and 1.00 are the same amount.
            RequestHash = SHA256.HashData(Encoding.UTF8.GetBytes(FormattableString.Invariant($"payment|{request.OrderId}|{request.Amount:0.###}|{request.Currency}"))),
        };

    private async Task<PlacePaymentResult> FindFirstAsync(EnqueueResult enqueued, CancellationToken cancellationToken) =>
        enqueued is EnqueueResult.IdempotencyReplay(var jobId) && await payments.FindByJobAsync(jobId, cancellationToken) is { } first
            ? new PlacePaymentResult.Placed(first.Id, jobId)
            : new PlacePaymentResult.KeyConflict(enqueued.JobId);

    private async Task<PlacePaymentResult> FindForgottenAsync(PaymentRequest request, Guid userId, string idempotencyKey, CancellationToken cancellationToken)
    {
        var first = await payments.FindByKeyAsync(userId, idempotencyKey, cancellationToken)
            ?? throw new InvalidOperationException("A payment holds the idempotency key and cannot be found.");
        return (first.OrderId, first.Amount, first.Currency) == (request.OrderId, request.Amount, request.Currency)
            ? new PlacePaymentResult.JobGone(first)
            : new PlacePaymentResult.KeyConflict(first.JobId);
    }
}
