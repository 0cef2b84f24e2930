extern alias SmallAppHost;

using Aspire.Hosting.Testing;

namespace Aspire.Hosting.Tests.Testing;

public sealed class DistributedApplicationTestingBuilderTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task CreateAsync_WhenTwoApplicationsRun_GivesEachPortsOfItsOwn()
    {
        await using var first = await StartAsync("--port", "15397");
        await using var second = await StartAsync("--port", "15397");

        var endpoints = new[] { first.GetEndpoint("store", "tcp"), second.GetEndpoint("store", "tcp") };
        Assert.Equal(2, endpoints.Select(endpoint => endpoint.Port).Distinct().Count());
        Assert.DoesNotContain(15397, endpoints.Select(endpoint => endpoint.Port));
    }

    [Fact]
    public async Task CreateAsync_WhenTheEntryPointFails_Throws()
    {
        var exception = await Assert.ThrowsAsync<DistributedApplicationException>(() => DistributedApplicationTestingBuilder.CreateAsync<SmallAppHost::Program>(["--fault", "same-name"], Token));
        Assert.Contains("'Store'", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task GetEndpoint_BeforeTheStart_Throws()
    {
        await using var builder = await DistributedApplicationTestingBuilder.CreateAsync<SmallAppHost::Program>(Token);
        await using var app = await builder.BuildAsync(Token);
        Assert.Throws<InvalidOperationException>(() => app.GetEndpoint("store", "tcp"));
    }

    [Fact]
    public async Task StartAsync_WhenAParameterIsMissing_ThrowsWithWhatToDo()
    {
        await using var builder = await DistributedApplicationTestingBuilder.CreateAsync<SmallAppHost::Program>(["--fault", "missing-parameter"], Token);
        await using var app = await builder.BuildAsync(Token);
        var exception = await Assert.ThrowsAsync<MissingParameterValueException>(() => app.StartAsync(Token));
        Assert.Contains("Parameters:token", exception.Message, StringComparison.Ordinal);
    }

    private static async Task<DistributedApplication> StartAsync(params string[] args)
    {
        var builder = await DistributedApplicationTestingBuilder.CreateAsync<SmallAppHost::Program>(args, Token);
        var app = await builder.BuildAsync(Token);
        await app.StartAsync(Token);
        await app.ResourceNotifications.WaitForResourceHealthyAsync("service", Token).WaitAsync(Patience, Token);
        return app;
    }
}
