using Forge.Jobs;
using Npgsql;

namespace Forge.ChaosTests.Host;

/// <summary>An effect that commits by itself, before the library stores the end of the run. It heeds its token.</summary>
internal sealed class OutsideHandler(NpgsqlDataSource dataSource, EffectTables effects, TimeProvider time) : IJobHandler<EffectPayload>
{
    public async Task HandleAsync(JobContext<EffectPayload> context, CancellationToken cancellationToken)
    {
        await effects.NoteRunAsync(context.JobId, context.Attempt, cancellationToken);
        await Task.Delay(TimeSpan.FromMilliseconds(context.Payload.Milliseconds), time, cancellationToken);

        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await EffectTables.NoteEffectAsync(context.JobId, isTransactional: false, connection, transaction: null, cancellationToken);
    }
}
