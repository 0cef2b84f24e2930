using System.Reflection;
using Microsoft.Extensions.Hosting;

namespace Aspire.Hosting.Testing;

/// <summary>
/// Lets a test have the builder and the application of an AppHost's entry point: the entry point runs in a flow of its own,
/// and the builder finds in it who wants to intercept.
/// </summary>
internal sealed class AppHostInterception(Assembly appHost, Action<DistributedApplicationOptions, HostApplicationBuilderSettings> configure)
{
    private static readonly AsyncLocal<AppHostInterception?> Ambient = new();

    private readonly TaskCompletionSource<DistributedApplicationBuilder> _builder = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<DistributedApplication> _application = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _mayBuild = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _isAbandoned;

    /// <summary>The interception of the entry point that runs in this flow.</summary>
    public static AppHostInterception? Current => Ambient.Value;

    public Assembly AppHost { get; } = appHost;

    public Action<DistributedApplicationOptions, HostApplicationBuilderSettings> Configure { get; } = configure;

    /// <summary>Completes when the entry point is about to build.</summary>
    public Task<DistributedApplicationBuilder> Builder => _builder.Task;

    /// <summary>Completes when the test is done with the application, so that the entry point may end.</summary>
    public Task Released => _released.Task;

    /// <summary>Runs the entry point on a thread of its own, since it blocks where it builds and where it runs.</summary>
    public void Start(string[] args)
    {
        var thread = new Thread(() => RunEntryPoint(args)) { IsBackground = true, Name = "AppHost" };
        thread.Start();
    }

    /// <summary>Lets the entry point build.</summary>
    public Task<DistributedApplication> BuildAsync(CancellationToken cancellationToken)
    {
        _mayBuild.TrySetResult();
        return _application.Task.WaitAsync(cancellationToken);
    }

    /// <summary>Lets the entry point end.</summary>
    public void Release()
    {
        _isAbandoned = _mayBuild.TrySetResult();
        _released.TrySetResult();
    }

    internal void OnBuilding(DistributedApplicationBuilder builder)
    {
        _builder.TrySetResult(builder);
#pragma warning disable VSTHRD002 // The entry point has a thread of its own to block.
        _mayBuild.Task.GetAwaiter().GetResult();
#pragma warning restore VSTHRD002
        if (_isAbandoned)
        {
            throw new OperationCanceledException("The test has let go of the application before it was built.");
        }
    }

    internal void OnBuilt(DistributedApplication application) => _application.TrySetResult(application);

    private void RunEntryPoint(string[] args)
    {
        Ambient.Value = this;
        try
        {
            var entryPoint = AppHost.EntryPoint ?? throw new InvalidOperationException($"Assembly '{AppHost.GetName().Name}' has no entry point.");
            object?[] arguments = entryPoint.GetParameters().Length == 0 ? [] : [args];
            entryPoint.Invoke(null, BindingFlags.DoNotWrapExceptions, binder: null, arguments, culture: null);
            Fail(new InvalidOperationException("The AppHost ended without building an application."));
        }
        catch (Exception exception)
        {
            // Whoever waits for the builder or the application gets it.
            Fail(exception);
        }
    }

    private void Fail(Exception exception)
    {
        _builder.TrySetException(exception);
        _application.TrySetException(exception);
    }
}
