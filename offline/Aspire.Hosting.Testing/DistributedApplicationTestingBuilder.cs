using System.Reflection;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Eventing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Aspire.Hosting.Testing;

/// <summary>
/// Makes applications for tests: random ports, no dashboard, data that is thrown away, user secrets that are read but not written.
/// Several can run side by side.
/// </summary>
public static class DistributedApplicationTestingBuilder
{
    /// <summary>Runs an AppHost's entry point up to where it builds.</summary>
    public static Task<IDistributedApplicationTestingBuilder> CreateAsync<TEntryPoint>(CancellationToken cancellationToken = default)
        where TEntryPoint : class => CreateAsync<TEntryPoint>([], cancellationToken);

    /// <summary>Runs an AppHost's entry point, with a command line, up to where it builds.</summary>
    public static Task<IDistributedApplicationTestingBuilder> CreateAsync<TEntryPoint>(string[] args, CancellationToken cancellationToken = default)
        where TEntryPoint : class => CreateAsync<TEntryPoint>(args, (_, _) => { }, cancellationToken);

    /// <summary>Runs an AppHost's entry point, with a command line and options, up to where it builds.</summary>
    public static Task<IDistributedApplicationTestingBuilder> CreateAsync<TEntryPoint>(string[] args, Action<DistributedApplicationOptions, HostApplicationBuilderSettings> configureBuilder, CancellationToken cancellationToken = default) =>
        CreateAsync(typeof(TEntryPoint).Assembly, args, configureBuilder, cancellationToken);

    /// <summary>Runs an AppHost's entry point up to where it builds.</summary>
    public static Task<IDistributedApplicationTestingBuilder> CreateAsync(Type entryPoint, CancellationToken cancellationToken = default) =>
        CreateAsync(entryPoint, [], cancellationToken);

    /// <summary>Runs an AppHost's entry point, with a command line, up to where it builds.</summary>
    public static Task<IDistributedApplicationTestingBuilder> CreateAsync(Type entryPoint, string[] args, CancellationToken cancellationToken = default) =>
        CreateAsync(entryPoint, args, (_, _) => { }, cancellationToken);

    /// <summary>Runs an AppHost's entry point, with a command line and options, up to where it builds.</summary>
    /// <param name="entryPoint">A type of the AppHost's assembly.</param>
    /// <param name="args">The command line.</param>
    /// <param name="configureBuilder">Changes the options before the builder is made.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static Task<IDistributedApplicationTestingBuilder> CreateAsync(Type entryPoint, string[] args, Action<DistributedApplicationOptions, HostApplicationBuilderSettings> configureBuilder, CancellationToken cancellationToken = default) =>
        CreateAsync(entryPoint.Assembly, args, configureBuilder, cancellationToken);

    /// <summary>Makes an application that has no AppHost.</summary>
    public static IDistributedApplicationTestingBuilder Create(params string[] args) => Create(args, (_, _) => { });

    /// <summary>Makes an application that has no AppHost.</summary>
    public static IDistributedApplicationTestingBuilder Create(string[] args, Action<DistributedApplicationOptions, HostApplicationBuilderSettings> configureBuilder)
    {
        var builder = new DistributedApplicationBuilder(new DistributedApplicationOptions(), (options, settings) => TestSettings.Apply(Assembly.GetEntryAssembly()!, args, options, settings, configureBuilder));
        return new InterceptedBuilder(interception: null, builder);
    }

    private static async Task<IDistributedApplicationTestingBuilder> CreateAsync(Assembly appHost, string[] args, Action<DistributedApplicationOptions, HostApplicationBuilderSettings> configureBuilder, CancellationToken cancellationToken)
    {
        var interception = new AppHostInterception(appHost, (options, settings) => TestSettings.Apply(appHost, args, options, settings, configureBuilder));
        interception.Start(args);
        return new InterceptedBuilder(interception, await interception.Builder.WaitAsync(cancellationToken));
    }

    private sealed class InterceptedBuilder(AppHostInterception? interception, DistributedApplicationBuilder builder) : IDistributedApplicationTestingBuilder
    {
        private DistributedApplication? _application;

        public ConfigurationManager Configuration => builder.Configuration;

        public string AppHostDirectory => builder.AppHostDirectory;

        public Assembly? AppHostAssembly => builder.AppHostAssembly;

        public IHostEnvironment Environment => builder.Environment;

        public IServiceCollection Services => builder.Services;

        public IDistributedApplicationEventing Eventing => builder.Eventing;

        public DistributedApplicationExecutionContext ExecutionContext => builder.ExecutionContext;

        public IResourceCollection Resources => builder.Resources;

        // What the AppHost added has the inner builder, so parameters must see that one too.
        public IResourceBuilder<T> AddResource<T>(T resource)
            where T : IResource => builder.AddResource(resource);

        public IResourceBuilder<T> CreateResourceBuilder<T>(T resource)
            where T : IResource => builder.CreateResourceBuilder(resource);

        public DistributedApplication Build() => throw new InvalidOperationException("An application for a test is made by BuildAsync.");

        public async Task<DistributedApplication> BuildAsync(CancellationToken cancellationToken = default) =>
            _application = interception is null ? builder.Build() : await interception.BuildAsync(cancellationToken);

        public void Dispose()
        {
            _application?.Dispose();
            interception?.Release();
        }

        public async ValueTask DisposeAsync()
        {
            if (_application is not null)
            {
                await _application.DisposeAsync();
            }

            interception?.Release();
        }
    }
}
