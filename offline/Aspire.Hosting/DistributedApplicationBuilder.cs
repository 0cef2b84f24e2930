using System.Reflection;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Dashboard;
using Aspire.Hosting.Output;
using Aspire.Hosting.Eventing;
using Aspire.Hosting.Orchestrator;
using Aspire.Hosting.Testing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Configuration.UserSecrets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Aspire.Hosting;

/// <inheritdoc cref="IDistributedApplicationBuilder"/>
internal sealed class DistributedApplicationBuilder : IDistributedApplicationBuilder
{
    private readonly HostApplicationBuilder _host;
    private readonly DistributedApplicationOptions _options;
    private readonly AppHostInterception? _interception = AppHostInterception.Current;

    public DistributedApplicationBuilder(DistributedApplicationOptions options, Action<DistributedApplicationOptions, HostApplicationBuilderSettings>? configure = null)
    {
        _options = options;
        var settings = new HostApplicationBuilderSettings { Args = options.Args };
        var isTest = _interception is not null || configure is not null;
        AppHostAssembly = _interception?.AppHost;
        _interception?.Configure(options, settings);
        configure?.Invoke(options, settings);

        AppHostAssembly ??= options.AssemblyName is { } name ? Assembly.Load(name) : Assembly.GetEntryAssembly();
        AppHostDirectory = options.ProjectDirectory ?? settings.ContentRootPath ?? AppHostProject.FindDirectory(AppHostAssembly) ?? Directory.GetCurrentDirectory();
        settings.ApplicationName ??= AppHostAssembly?.GetName().Name;
        settings.ContentRootPath ??= AppHostDirectory;
        _host = new HostApplicationBuilder(settings);
        AddUserSecretsEverywhere();

        Mode = new RunMode(isTest, Configuration.GetValue("DcpPublisher:RandomizePorts", isTest));
        AddServices();
    }

    public ConfigurationManager Configuration => _host.Configuration;

    public string AppHostDirectory { get; }

    public Assembly? AppHostAssembly { get; }

    public IHostEnvironment Environment => _host.Environment;

    public IServiceCollection Services => _host.Services;

    public IDistributedApplicationEventing Eventing { get; } = new DistributedApplicationEventing();

    public DistributedApplicationExecutionContext ExecutionContext { get; } = new(DistributedApplicationOperation.Run);

    public IResourceCollection Resources { get; } = new ResourceCollection();

    /// <summary>Whether a person or a test runs it.</summary>
    public RunMode Mode { get; }

    /// <summary>Whether generated values are kept: not those of a test.</summary>
    public bool WritesUserSecrets => !Mode.IsTest;

    public IResourceBuilder<T> AddResource<T>(T resource)
        where T : IResource
    {
        ArgumentNullException.ThrowIfNull(resource);
        if (Resources.TryGetByName(resource.Name, out var existing))
        {
            throw new DistributedApplicationException($"Cannot add resource of type '{resource.GetType().Name}' with name '{resource.Name}': there is already one of type '{existing.GetType().Name}' with that name. Names are unique regardless of case.");
        }

        Resources.Add(resource);
        return CreateResourceBuilder(resource);
    }

    public IResourceBuilder<T> CreateResourceBuilder<T>(T resource)
        where T : IResource => new DistributedApplicationResourceBuilder<T>(this, resource);

    public DistributedApplication Build()
    {
        _interception?.OnBuilding(this);
        var application = new DistributedApplication(_host.Build());
        _interception?.OnBuilt(application);
        return application;
    }

    private void AddServices()
    {
        Services.TryAddSingleton(TimeProvider.System);
        Services.AddSingleton(Mode);
        Services.AddSingleton(_options);
        Services.AddSingleton(Eventing);
        Services.AddSingleton(ExecutionContext);
        Services.AddSingleton(new DistributedApplicationModel(Resources));
        Services.AddSingleton<ResourceLoggerService>();
        Services.AddSingleton(services => new ResourceNotificationService(services.GetRequiredService<IHostApplicationLifetime>())
        {
            DefaultWaitBehavior = Mode.IsTest ? WaitBehavior.StopOnResourceUnavailable : WaitBehavior.WaitOnResourceUnavailable,
        });
        Services.AddSingleton(services => new ResourceCommandService(services.GetRequiredService<ResourceNotificationService>(), services.GetRequiredService<ResourceLoggerService>(), services));
        Services.AddHttpClient();
        Services.AddHealthChecks();
        if (_options.EnableResourceLogging)
        {
            // Before the orchestrator, so that no line is missed.
            Services.AddHostedService<ResourceLogForwarder>();
        }

        if (!_options.DisableDashboard)
        {
            // Before the orchestrator, so that it listens when the first process sends.
            AppHostAssembly?.GetCustomAttribute<DashboardAttribute>()?.AddTo(this);
        }

        Services.AddOrchestrator();
        Services.Configure<HostOptions>(options => options.ShutdownTimeout = TimeSpan.FromSeconds(20));

        // A check that fails is shown with its resource; the framework would also log each poll.
        _host.Logging.AddFilter("Microsoft.Extensions.Diagnostics.HealthChecks", LogLevel.None);
        _host.Logging.AddFilter("System.Net.Http.HttpClient", LogLevel.Warning);
        if (Mode.IsTest)
        {
            // A test has no Ctrl-C of its own to wait for.
            Services.AddSingleton<IHostLifetime, TestLifetime>();
        }
        else
        {
            Services.AddConsole(_host.Logging);
        }
    }

    // Generated passwords are kept there, so they must be found again whatever the environment is.
    private void AddUserSecretsEverywhere()
    {
        if (!Environment.IsDevelopment() && AppHostAssembly?.GetCustomAttribute<UserSecretsIdAttribute>() is { } secrets)
        {
            Configuration.Sources.Insert(0, new ConfigurationBuilder().AddUserSecrets(secrets.UserSecretsId).Sources[0]);
        }
    }

    private sealed class TestLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
