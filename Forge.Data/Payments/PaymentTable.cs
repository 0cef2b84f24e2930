using Npgsql;
using NpgsqlTypes;

namespace Forge.Data.Payments;

/// <summary>The statements on <c>payments</c> and its ledger. Each transition names the states that it starts from.</summary>
public sealed class PaymentTable(NpgsqlDataSource dataSource)
{
    private const string Columns = "id, user_id, order_id, amount, currency, job_id, state, idempotency_key, capture_id, failure, created_at, finished_at";

    /// <summary>Adds a pending payment; false when its user has used its idempotency key before.</summary>
    public static async Task<bool> TryAddAsync(Payment payment, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            """
            insert into payments (id, user_id, order_id, amount, currency, job_id, idempotency_key)
            values (@id, @user_id, @order_id, @amount, @currency, @job_id, @idempotency_key)
            on conflict (user_id, idempotency_key) where idempotency_key is not null do nothing
            """,
            transaction.Connection,
            transaction);
        command.Parameters.Add(new("id", payment.Id));
        command.Parameters.Add(new("user_id", payment.UserId));
        command.Parameters.Add(new("order_id", payment.OrderId));
        command.Parameters.Add(new("amount", payment.Amount));
        command.Parameters.Add(new("currency", payment.Currency));
        command.Parameters.Add(new("job_id", payment.JobId));
        command.Parameters.Add(new("idempotency_key", NpgsqlDbType.Text) { Value = (object?)payment.IdempotencyKey ?? DBNull.Value });
        return await command.ExecuteNonQueryAsync(cancellationToken) == 1;
    }

    public async Task<Payment?> FindAsync(Guid id, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand($"select {Columns} from payments where id = @id");
        command.Parameters.Add(new("id", id));
        return await ReadAsync(command, cancellationToken);
    }

    public async Task<Payment?> FindByJobAsync(Guid jobId, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand($"select {Columns} from payments where job_id = @job_id");
        command.Parameters.Add(new("job_id", jobId));
        return await ReadAsync(command, cancellationToken);
    }

    public async Task<Payment?> FindByKeyAsync(Guid userId, string idempotencyKey, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand($"select {Columns} from payments where user_id = @user_id and idempotency_key = @idempotency_key");
        command.Parameters.Add(new("user_id", userId));
        command.Parameters.Add(new("idempotency_key", idempotencyKey));
        return await ReadAsync(command, cancellationToken);
    }

    /// <summary>Books a capture: the state and both entries of the ledger in one statement. Of several runs only the first books; the others find it captured and change nothing.</summary>
    public static async Task CaptureAsync(Guid id, string captureId, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            """
            with captured as (
                update payments
                set state = 'captured', capture_id = @capture_id, failure = null, finished_at = now()
                where id = @id and state in ('pending', 'failed')
                returning id, amount, currency
            )
            insert into ledger_entries (payment_id, account, amount, currency)
            select captured.id, entry.account, entry.sign * captured.amount, captured.currency
            from captured
            cross join (values ('gateway', 1), ('sales', -1)) as entry (account, sign)
            """,
            transaction.Connection,
            transaction);
        command.Parameters.Add(new("id", id));
        command.Parameters.Add(new("capture_id", captureId));
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Notes that the gateway said no, unless another run has got a yes.</summary>
    public async Task FailAsync(Guid id, string failure, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(
            "update payments set state = 'failed', failure = @failure, finished_at = now() where id = @id and state in ('pending', 'failed')");
        command.Parameters.Add(new("id", id));
        command.Parameters.Add(new("failure", failure));
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static async Task<Payment?> ReadAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken)
            ? new Payment(reader.GetGuid(0), reader.GetGuid(1), reader.GetString(2), reader.GetDecimal(3), reader.GetString(4), reader.GetGuid(5))
            {
                State = PaymentStateExtensions.Parse(reader.GetString(6)),
                IdempotencyKey = reader[7] as string,
                CaptureId = reader[8] as string,
                Failure = reader[9] as string,
                CreatedAt = await reader.GetFieldValueAsync<DateTimeOffset>(10, cancellationToken),
                FinishedAt = await reader.GetFieldValueAsync<DateTimeOffset?>(11, cancellationToken),
            }
            : null;
    }
}
