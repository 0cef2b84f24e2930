using System.Globalization;
using System.Runtime.Versioning;
using Aspire.Hosting.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

// The tests look at processes the way Linux shows them; elsewhere they are skipped.
[assembly: SupportedOSPlatform("linux")]

namespace Forge.Hosting.Tests;

/// <summary>An application of one test: real processes under the real control plane, with a folder that is deleted at the end.</summary>
internal sealed class TestApp : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    private readonly IDistributedApplicationTestingBuilder _builder;
    private readonly TestFolder? _ownFolder;
    private readonly HashSet<string> _programs = [];
    private readonly CancellationTokenSource _limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
    private DistributedApplication? _app;

    /// <param name="folder">The folder that is used by several applications of a test; null for one of this application alone.</param>
    /// <param name="arguments">The command line.</param>
    public TestApp(TestFolder? folder = null, params string[] arguments)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The tests look at processes the way Linux shows them.");
        _limit.CancelAfter(Limit);
        _ownFolder = folder is null ? new TestFolder() : null;
        Folder = folder ?? _ownFolder!;
        _builder = DistributedApplicationTestingBuilder.Create(arguments, (options, _) => options.AssemblyName = typeof(TestApp).Assembly.GetName().Name);
        _builder.Services.AddLogging(logging => logging.ClearProviders().AddProvider(new TestOutput()));
    }

    /// <summary>What is described before the start.</summary>
    public IDistributedApplicationTestingBuilder Builder => _builder;

    public TestFolder Folder { get; }

    /// <summary>What the programs wrote down.</summary>
    public string[] Journal
    {
        get
        {
            while (File.Exists(JournalFile))
            {
                try
                {
                    return File.ReadAllLines(JournalFile);
                }
                catch (IOException)
                {
                    Thread.Yield(); // A program writes.
                }
            }

            return [];
        }
    }

    /// <summary>In the environment of each process of this application.</summary>
    public ProcessMarker Marker { get; } = new();

    public CancellationToken Cancellation => _limit.Token;

    public ResourceNotificationService Notifications => App.ResourceNotifications;

    private DistributedApplication App => _app ?? throw new InvalidOperationException("The application was not started.");

    private string JournalFile => Path.Combine(Folder.Path, "journal");

    /// <summary>Adds the test program, which does what the arguments say.</summary>
    public IResourceBuilder<ProjectResource> AddProgram(string name, params string[] arguments)
    {
        _programs.Add(name);
        return Mark(_builder.AddProject<Projects.Forge_Hosting_TestProgram>(name).WithArgs([$"name={name}", $"journal={JournalFile}", .. arguments]).WithBuiltProgram());
    }

    /// <summary>Makes the processes of a resource recognizable.</summary>
    public IResourceBuilder<T> Mark<T>(IResourceBuilder<T> resource)
        where T : IResourceWithEnvironment =>
        resource.WithEnvironment(ProcessMarker.Variable, Marker.Value);

    /// <summary>Starts the application, and returns when those resources are healthy.</summary>
    public async Task StartAsync(params string[] healthy)
    {
        await BeginAsync();
        foreach (var name in healthy)
        {
            await WaitUntilHealthyAsync(name);
            if (_programs.Contains(name))
            {
                await WaitForJournalAsync($"{name} starts");
            }
        }
    }

    /// <summary>Starts the application. That lasts while resources wait for one another.</summary>
    public Task BeginAsync() => Build().StartAsync(Cancellation);

    /// <summary>Runs the application until <see cref="Interrupt"/>, as an AppHost does.</summary>
    public Task RunAsync() => Build().RunAsync(Cancellation);

    /// <summary>What Ctrl-C does.</summary>
    public void Interrupt() => Service<IHostApplicationLifetime>().StopApplication();

    public Task StopAsync() => App.StopAsync(Cancellation);

    public Task WaitUntilHealthyAsync(string name) =>
        Notifications.WaitForResourceHealthyAsync(name, WaitBehavior.WaitOnResourceUnavailable, Cancellation);

    /// <summary>Returns when the resource is in that state, with what is known of it.</summary>
    public Task<ResourceEvent> WaitForStateAsync(string name, params string[] states) =>
        WaitForAsync(name, change => states.Contains(change.Snapshot.State?.Text));

    public Task<ResourceEvent> WaitForAsync(string name, Func<ResourceEvent, bool> isReached) =>
        Notifications.WaitForResourceAsync(name, isReached, Cancellation);

    /// <summary>The id of the process that the resource runs as.</summary>
    public async Task<int> ProcessIdAsync(string name) =>
        ProcessId(await WaitForAsync(name, change => change.Snapshot.State?.Text == KnownResourceStates.Running && ProcessId(change) > 0));

    public async Task<string> ConnectionStringAsync(string name) => (await App.GetConnectionStringAsync(name, Cancellation))!;

    /// <summary>Executes a command of a resource, as the dashboard does. False when it failed.</summary>
    public async Task<bool> CommandAsync(string name, string command) => (await App.ResourceCommands.ExecuteCommandAsync(name, command, Cancellation)).Success;

    public T Service<T>()
        where T : notnull => App.Services.GetRequiredService<T>();

    /// <summary>Returns when the log of the resource has a line with that text, with the line.</summary>
    public async Task<string> WaitForLogAsync(string name, string text)
    {
        var resource = Service<DistributedApplicationModel>().Resources.Single(resource => resource.Name == name);
        await foreach (var lines in Service<ResourceLoggerService>().WatchAsync(resource).WithCancellation(Cancellation))
        {
            if (lines.FirstOrDefault(line => line.Content.Contains(text, StringComparison.Ordinal)) is { Content: var found })
            {
                return found;
            }
        }

        throw new InvalidOperationException($"The log of {name} ended without '{text}'.");
    }

    /// <summary>Returns when the programs have written that line so many times.</summary>
    public Task WaitForJournalAsync(string line, int times = 1) => EventuallyAsync(() => Journal.Count(written => written == line) >= times, $"'{line}', {times} times");

    /// <summary>Returns when it has come true, asking again every 50 ms.</summary>
    public async Task EventuallyAsync(Func<bool> isReached, string what)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (!isReached())
        {
            Assert.True(await timer.WaitForNextTickAsync(Cancellation), what);
        }
    }

    /// <summary>Ends the application; what it wrote down stays until the end of the test.</summary>
    public async ValueTask EndAsync()
    {
        if (_app is not null)
        {
            await _app.DisposeAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await EndAsync();
        await _builder.DisposeAsync();
        _ownFolder?.Dispose();
        _limit.Dispose();
    }

    private DistributedApplication Build() => _app = _builder.Build();

    private static int ProcessId(ResourceEvent change) =>
        Convert.ToInt32(change.Snapshot.Properties.FirstOrDefault(property => property.Name == "executable.pid")?.Value, CultureInfo.InvariantCulture);
}
