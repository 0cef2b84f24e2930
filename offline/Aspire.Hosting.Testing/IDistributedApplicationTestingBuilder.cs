namespace Aspire.Hosting.Testing;

/// <summary>Describes an application that a test starts. Disposed without being built, it lets go of the AppHost's entry point.</summary>
public interface IDistributedApplicationTestingBuilder : IDistributedApplicationBuilder, IAsyncDisposable, IDisposable
{
    /// <summary>Makes the application.</summary>
    Task<DistributedApplication> BuildAsync(CancellationToken cancellationToken = default);
}
