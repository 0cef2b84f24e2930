using Microsoft.Extensions.Logging;
using OpenTelemetry;
using Quartz;

namespace Forge.Jobs;

/// <summary>One of the worker's recurring duties. Several workers may do it at the same time.</summary>
internal interface IMaintenance
{
    Task RunOnceAsync(CancellationToken cancellationToken);
}

/// <summary>The tick of one duty. A failed tick is logged, an outage once for all duties, and the next one tries again.</summary>
[DisallowConcurrentExecution]
internal sealed partial class MaintenanceTick<TMaintenance>(TMaintenance maintenance, WorkerSignals signals, PostgresOutage outage, ILogger<TMaintenance> logger) : IJob
    where TMaintenance : IMaintenance
{
    public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken)
    {
        using var untraced = SuppressInstrumentationScope.Begin();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, signals.Stopping);
        try
        {
            stop.Token.ThrowIfCancellationRequested();
            await maintenance.RunOnceAsync(stop.Token);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The worker stops, and its host waits for this.
        }
        catch (Exception exception)
        {
            if (!outage.Explains(exception))
            {
                TickFailed(exception, typeof(TMaintenance).Name);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Duty} failed; the next tick tries again.")]
    private partial void TickFailed(Exception exception, string duty);
}
