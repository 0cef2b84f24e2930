namespace Forge.Jobs.Tests;

/// <summary>A test with a database of its own.</summary>
public abstract class JobTests(JobServers servers) : IAsyncLifetime
{
    protected static CancellationToken Token => TestContext.Current.CancellationToken;

    protected JobDatabase Database { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Database = await JobDatabase.CreateAsync(servers);

    public async ValueTask DisposeAsync()
    {
        await Database.DisposeAsync();
        GC.SuppressFinalize(this);
    }
}
