using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Output;
using Aspire.Hosting.Orchestrator;
using Aspire.Hosting.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Aspire.Hosting;

/// <summary>An application of several processes.</summary>
public class DistributedApplication : IHost, IAsyncDisposable
{
    private readonly IHost _host;
    private readonly AppHostInterception? _interception = AppHostInterception.Current;
    private bool _isStarted;

    internal DistributedApplication(IHost host) => _host = host;

    /// <summary>The AppHost's services.</summary>
    public IServiceProvider Services => _host.Services;

    /// <summary>The states of the resources.</summary>
    public ResourceNotificationService ResourceNotifications => Services.GetRequiredService<ResourceNotificationService>();

    /// <summary>What can be asked of the resources.</summary>
    public ResourceCommandService ResourceCommands => Services.GetRequiredService<ResourceCommandService>();

    /// <summary>Begins to describe an application.</summary>
    public static IDistributedApplicationBuilder CreateBuilder() => CreateBuilder([]);

    /// <summary>Begins to describe an application.</summary>
    public static IDistributedApplicationBuilder CreateBuilder(string[] args) => CreateBuilder(new DistributedApplicationOptions { Args = args });

    /// <summary>Begins to describe an application.</summary>
    public static IDistributedApplicationBuilder CreateBuilder(DistributedApplicationOptions options)
    {
        var builder = new DistributedApplicationBuilder(options);
        if (AppHostInterception.Current is null)
        {
            AppHostConsole.Begin(builder);
        }

        return builder;
    }

    /// <summary>Runs the application until Ctrl-C or SIGTERM. What goes wrong is said in one line, and the exit code is then 1.</summary>
    public void Run()
    {
#pragma warning disable VSTHRD002 // The blocking form, for an entry point that is not asynchronous: there is no synchronization context.
        RunAsync().GetAwaiter().GetResult();
#pragma warning restore VSTHRD002
    }

    /// <summary>Runs the application until Ctrl-C, SIGTERM or <paramref name="cancellationToken"/>. What goes wrong is said in one line, and the exit code is then 1.</summary>
    public virtual async Task RunAsync(CancellationToken cancellationToken = default)
    {
        if (_interception is not null && AppHostInterception.Current == _interception)
        {
            // The entry point of an application that a test starts and stops.
            await _interception.Released;
            return;
        }

        await using (this)
        {
            var outcome = Services.GetRequiredService<RunOutcome>();
            try
            {
                await StartAsync(cancellationToken);
                await this.WaitForShutdownAsync(cancellationToken);
            }
            catch (DistributedApplicationException exception)
            {
                outcome.Fail(exception.Message);
                await StopAsync(CancellationToken.None);
            }

            outcome.Report();
        }
    }

    /// <summary>Starts the application. Returns when everything that needs not wait is being started.</summary>
    public virtual Task StartAsync(CancellationToken cancellationToken = default)
    {
        _isStarted = true;
        return _host.StartAsync(cancellationToken);
    }

    /// <summary>Stops the application: the services together, then the stores.</summary>
    public virtual Task StopAsync(CancellationToken cancellationToken = default)
    {
        _isStarted = false;
        return _host.StopAsync(cancellationToken);
    }

    /// <summary>Stops the application, and lets go of what it holds.</summary>
    public virtual void Dispose()
    {
#pragma warning disable VSTHRD002 // The blocking form; there is no synchronization context.
        DisposeAsync().AsTask().GetAwaiter().GetResult();
#pragma warning restore VSTHRD002
        GC.SuppressFinalize(this);
    }

    /// <summary>Stops the application, and lets go of what it holds.</summary>
    public virtual async ValueTask DisposeAsync()
    {
        if (_isStarted)
        {
            await StopAsync();
        }

        if (_host is IAsyncDisposable host)
        {
            await host.DisposeAsync();
        }

        _interception?.Release();
        GC.SuppressFinalize(this);
    }
}
