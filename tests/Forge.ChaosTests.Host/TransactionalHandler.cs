using Forge.Jobs;
using Npgsql;

namespace Forge.ChaosTests.Host;

/// <summary>Effect and completion in one commit. It ignores its token on purpose: whatever has happened in between, it tries to complete.</summary>
internal sealed class TransactionalHandler(NpgsqlDataSource dataSource, EffectTables effects, TimeProvider time) : IJobHandler<EffectPayload>
{
    public async Task HandleAsync(JobContext<EffectPayload> context, CancellationToken cancellationToken)
    {
        await effects.NoteRunAsync(context.JobId, context.Attempt, CancellationToken.None);
        await Task.Delay(TimeSpan.FromMilliseconds(context.Payload.Milliseconds), time, CancellationToken.None);

        try
        {
            await CompleteAsync(context);
        }
        catch (Exception exception)
        {
            await effects.NoteRefusalAsync(context.JobId, exception);
            throw;
        }
    }

    private async Task CompleteAsync(JobContext<EffectPayload> context)
    {
        await using var connection = await dataSource.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await EffectTables.NoteEffectAsync(context.JobId, isTransactional: true, connection, transaction, CancellationToken.None);
        await context.CompleteAsync(transaction);
        await transaction.CommitAsync();
    }
}
