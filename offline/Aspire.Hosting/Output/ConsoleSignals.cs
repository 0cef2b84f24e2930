using System.Runtime.InteropServices;
using Aspire.Hosting.Orchestrator;
using Microsoft.Extensions.Hosting;

namespace Aspire.Hosting.Output;

/// <summary>Stops the application on Ctrl-C, SIGTERM and when the terminal is closed; the second one kills at once.</summary>
internal sealed class ConsoleSignals(IHostApplicationLifetime lifetime, ApplicationOrchestrator orchestrator, ConsoleOutput output) : IHostLifetime, IDisposable
{
    private readonly List<PosixSignalRegistration> _registrations = [];
    private int _signals;

    public Task WaitForStartAsync(CancellationToken cancellationToken)
    {
        foreach (var signal in (PosixSignal[])[PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGQUIT, PosixSignal.SIGHUP])
        {
            _registrations.Add(PosixSignalRegistration.Create(signal, OnSignal));
        }

        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => _registrations.ForEach(registration => registration.Dispose());

    private void OnSignal(PosixSignalContext context)
    {
        context.Cancel = true;
        if (Interlocked.Increment(ref _signals) == 1)
        {
            output.WriteLine("Stopping; once more kills at once.");
            lifetime.StopApplication();
        }
        else
        {
            _ = orchestrator.KillAllAsync();
        }
    }
}
