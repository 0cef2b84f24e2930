using System.Diagnostics;
using Forge.Jobs;

namespace Forge.ChaosTests.Host;

/// <summary>Ends its process as a crash in native code or the system's hunt for memory would: at once, with all that runs beside it.</summary>
internal sealed class KillerHandler(EffectTables effects, TimeProvider time) : IJobHandler<EffectPayload>
{
    public async Task HandleAsync(JobContext<EffectPayload> context, CancellationToken cancellationToken)
    {
        await effects.NoteRunAsync(context.JobId, context.Attempt, CancellationToken.None);
        await Task.Delay(TimeSpan.FromMilliseconds(context.Payload.Milliseconds), time, CancellationToken.None);
        Process.GetCurrentProcess().Kill();
    }
}
