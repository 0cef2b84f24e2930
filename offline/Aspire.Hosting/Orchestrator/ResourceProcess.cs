using System.Collections.Immutable;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Eventing;
using Aspire.Hosting.Health;
using Aspire.Hosting.Processes;

namespace Aspire.Hosting.Orchestrator;

/// <summary>What every process of the application shares.</summary>
internal sealed record ProcessHost(
    ResourceNotificationService Notifications,
    ResourceLoggerService Logs,
    IDistributedApplicationEventing Eventing,
    ProcessSpecFactory Specs,
    HealthMonitor Health,
    StartupWatch Startup,
    IServiceProvider Services,
    TimeProvider Time);

/// <summary>One process of a resource: started, watched, stopped, started again.</summary>
internal sealed class ResourceProcess(IResource resource, string id, IReadOnlyDictionary<EndpointAnnotation, int> ports, ProcessHost host, CancellationToken shutdown) : IDisposable
{
    private readonly SemaphoreSlim _gate = new(1, 1);
    private readonly Lock _lock = new();
    private CancellationTokenSource? _starting;
    private ChildProcess? _child;
    private CancellationTokenSource? _running;
    private Task _ended = Task.CompletedTask;
    private Task _stopped = Task.CompletedTask;
    private bool _isStopping;

    public IResource Resource { get; } = resource;

    public string Id { get; } = id;

    /// <summary>Whether it was healthy at any time in this run.</summary>
    public bool HasBeenHealthy { get; private set; }

    /// <summary>Starts the process once its dependencies are there; nothing happens when it runs.</summary>
    /// <exception cref="DistributedApplicationException">It cannot be started; the message is for the user.</exception>
    /// <exception cref="OperationCanceledException">It was stopped before it ran, or the application stops.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        using var starting = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, shutdown);
        try
        {
            lock (_lock)
            {
                _starting = starting;
            }

            if (_child is { Exited.IsCompleted: false })
            {
                return;
            }

            await _ended;
            starting.Token.ThrowIfCancellationRequested();
            await StartChildAsync(starting.Token);
        }
        catch (OperationCanceledException)
        {
            await PublishAsync(snapshot => snapshot with { State = KnownResourceStates.NotStarted });
            throw;
        }
        catch (Exception exception)
        {
            await PublishAsync(snapshot => snapshot with { State = new(KnownResourceStates.FailedToStart, KnownResourceStateStyles.Error) });
            host.Logs.Write(Id, exception.Message, isError: true);
            host.Startup.Failed(this, exception.Message);
            throw;
        }
        finally
        {
            lock (_lock)
            {
                _starting = null;
            }

            _gate.Release();
        }
    }

    /// <summary>Asks the process to stop, kills it after <paramref name="grace"/>, and returns when it has ended and that is known.</summary>
    public async Task StopAsync(TimeSpan grace)
    {
        lock (_lock)
        {
            _starting?.Cancel();
        }

        await _gate.WaitAsync(CancellationToken.None);
        try
        {
            if (_child is { Exited.IsCompleted: false } child)
            {
                _isStopping = true;
                await PublishAsync(snapshot => snapshot with { State = KnownResourceStates.Stopping });
                await (_running?.CancelAsync() ?? Task.CompletedTask);
                await child.StopAsync(grace);
            }

            await _ended;
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Completes when the subscribers to the last end of the process are done.</summary>
    public Task Stopped => _stopped;

    /// <summary>Ends the process at once, also while it is being stopped.</summary>
    public async Task KillAsync()
    {
        _isStopping = true;
        if (_child is { } child)
        {
            await child.StopAsync(TimeSpan.Zero);
        }
    }

    public void Dispose()
    {
        _gate.Dispose();
        _running?.Dispose();
    }

    private async Task StartChildAsync(CancellationToken cancellationToken)
    {
        if (Resource.Annotations.OfType<WaitAnnotation>().Any())
        {
            await PublishAsync(snapshot => snapshot with { State = KnownResourceStates.Waiting, ExitCode = null, HealthReports = [], Ready = null });
            await host.Notifications.WaitForDependenciesAsync(Resource, cancellationToken);
        }

        await PublishAsync(snapshot => snapshot with { State = KnownResourceStates.Starting, ExitCode = null, StartTimeStamp = null, StopTimeStamp = null, HealthReports = [], Ready = null });
        await host.Eventing.PublishAsync(new BeforeResourceStartedEvent(Resource, host.Services), cancellationToken);
        var spec = await host.Specs.CreateAsync(Resource, Id, ports, host.Logs.GetLogger(Id), cancellationToken);
        cancellationToken.ThrowIfCancellationRequested();

        _isStopping = false;
        var child = ChildProcess.Start(spec, (line, isError) => host.Logs.Write(Id, line, isError));
        _child = child;
        await PublishAsync(snapshot => snapshot with
        {
            State = new(KnownResourceStates.Running, KnownResourceStateStyles.Success),
            StartTimeStamp = host.Time.GetUtcNow().UtcDateTime,
            HealthReports = [.. Resource.Annotations.OfType<HealthCheckAnnotation>().Select(check => new HealthReportSnapshot(check.Key, Status: null, Description: null, ExceptionText: null))],
            EnvironmentVariables = [.. spec.Environment.Where(variable => variable.Value is not null).OrderBy(variable => variable.Key, StringComparer.Ordinal).Select(variable => new EnvironmentVariableSnapshot(variable.Key, variable.Value, IsFromSpec: true))],
            Properties = Describe(spec, child),
        });
        _running?.Dispose();
        _running = new CancellationTokenSource();
        _ended = WatchAsync(child, _running);
        _stopped = PublishStoppedAsync(_ended);
    }

    private async Task WatchAsync(ChildProcess child, CancellationTokenSource running)
    {
        var health = host.Health.WatchAsync(Resource, Id, ports, () => HasBeenHealthy = true, running.Token);
        var exitCode = await child.Exited;
        await running.CancelAsync();
        await health;

        var wasAsked = _isStopping;
        var state = !wasAsked && !HasBeenHealthy ? KnownResourceStates.FailedToStart
            : Resource is ContainerResource ? KnownResourceStates.Exited : KnownResourceStates.Finished;
        await PublishAsync(snapshot => snapshot with
        {
            State = new(state, wasAsked || exitCode == 0 ? KnownResourceStateStyles.Info : KnownResourceStateStyles.Error),
            ExitCode = exitCode,
            StopTimeStamp = host.Time.GetUtcNow().UtcDateTime,
            HealthReports = [],
            Ready = null,
        });
        if (!wasAsked)
        {
            host.Startup.Exited(this, exitCode);
        }
    }

    // Apart from the watch, which a new start waits for: a subscriber may be who starts it again.
    private async Task PublishStoppedAsync(Task ended)
    {
        await ended;
        if (!host.Notifications.TryGetCurrentState(Id, out var change))
        {
            return;
        }

        try
        {
            await host.Eventing.PublishAsync(new ResourceStoppedEvent(Resource, host.Services, change), shutdown);
        }
        catch (Exception exception) when (exception is not OperationCanceledException || !shutdown.IsCancellationRequested)
        {
            host.Logs.Write(Id, $"What should happen when the resource has stopped failed: {exception.Message}", isError: true);
        }
        catch (OperationCanceledException)
        {
            // The application stops; its subscribers know that by themselves.
        }
    }

    private Task PublishAsync(Func<CustomResourceSnapshot, CustomResourceSnapshot> change) => host.Notifications.PublishUpdateAsync(Resource, Id, change);

    private static ImmutableArray<ResourcePropertySnapshot> Describe(ProcessSpec spec, ChildProcess child) =>
    [
        new("executable.path", spec.FileName),
        new("executable.workDir", spec.WorkingDirectory),
        new("executable.args", spec.Arguments),
        new("executable.pid", child.Id),
    ];
}
