using Forge.Contracts;
using Forge.Jobs;

namespace Forge.Worker.Demo;

/// <summary>Takes its time and tells every tenth of it.</summary>
internal sealed class SleepHandler(TimeProvider timeProvider) : IJobHandler<DemoSleepPayload>
{
    private const int Steps = 10;

    public async Task HandleAsync(JobContext<DemoSleepPayload> context, CancellationToken cancellationToken)
    {
        var step = TimeSpan.FromMilliseconds(context.Payload.Ms) / Steps;
        for (var done = 1; done <= Steps; done++)
        {
            await Task.Delay(step, timeProvider, cancellationToken);
            await context.ReportProgressAsync(done * 100 / Steps, $"Slept {done} of {Steps} parts.", cancellationToken);
        }
    }
}
