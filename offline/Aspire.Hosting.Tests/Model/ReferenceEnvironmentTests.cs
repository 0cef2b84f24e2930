using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;

namespace Aspire.Hosting.Tests.Model;

public sealed class ReferenceEnvironmentTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task WithReference_WhenTheSourceHasAConnectionString_GivesItAndItsParts()
    {
        var environment = await EnvironmentOfAsync((builder, probe) => probe.WithReference(builder.AddResource(new Cache("my-cache"))));

        Assert.Equal("cache.local:7000,password=secret", environment["ConnectionStrings__my-cache"]);
        Assert.Equal("cache.local", environment["MY_CACHE_HOST"]);
        Assert.Equal("7000", environment["MY_CACHE_PORT"]);
    }

    [Fact]
    public async Task WithReference_WhenTheSourceIsAnEndpoint_GivesItForServiceDiscoveryAndByName()
    {
        var environment = await EnvironmentOfAsync((builder, probe) =>
        {
            var other = builder.AddExecutable("other", "true", ".").WithHttpEndpoint(env: "PORT").WithEndpoint(name: "smtp", env: "Smtp__Port");
            return probe.WithReference(other.GetEndpoint("http")).WithReference(other.GetEndpoint("smtp")).WithEnvironment("MAIL", $"smtp://{other.GetEndpoint("smtp").Property(EndpointProperty.HostAndPort)}");
        });

        Assert.StartsWith("http://localhost:", environment["services__other__http__0"], StringComparison.Ordinal);
        Assert.Equal(environment["services__other__http__0"], environment["OTHER_HTTP"]);
        Assert.StartsWith("tcp://localhost:", environment["services__other__smtp__0"], StringComparison.Ordinal);
        Assert.Equal(environment["OTHER_SMTP"].Replace("tcp", "smtp", StringComparison.Ordinal), environment["MAIL"]);
    }

    [Fact]
    public async Task WithReference_WhenTheSourceIsOutside_GivesItsAddress()
    {
        var environment = await EnvironmentOfAsync((builder, probe) => probe.WithReference(builder.AddExternalService("weather", "https://weather.example/")).WithReference("bank", new Uri("https://bank.example/")));

        Assert.Equal("https://weather.example/", environment["services__weather__https__0"]);
        Assert.Equal("https://weather.example/", environment["WEATHER"]);
        Assert.Equal("https://bank.example/", environment["services__bank__default__0"]);
    }

    [Fact]
    public async Task WithEnvironment_WhenAParameterIsConfigured_GivesItsValue()
    {
        var environment = await EnvironmentOfAsync(
            (builder, probe) => probe.WithEnvironment("TOKEN", builder.AddParameter("token", secret: true)).WithEnvironment("PLAIN", "a {b} c"),
            "Parameters:token=from outside");

        Assert.Equal("from outside", environment["TOKEN"]);
        Assert.Equal("a {b} c", environment["PLAIN"]);
    }

    private static async Task<Dictionary<string, string>> EnvironmentOfAsync(Func<IDistributedApplicationBuilder, IResourceBuilder<ExecutableResource>, IResourceBuilder<ExecutableResource>> describe, params string[] args)
    {
        await using var builder = DistributedApplicationTestingBuilder.Create(args);
        describe(builder, builder.AddExecutable("probe", "true", "."));
        await using var app = await builder.BuildAsync(Token);
        await app.StartAsync(Token);
        var ended = await app.ResourceNotifications.WaitForResourceAsync("probe", change => change.Snapshot.ExitCode is not null, Token).WaitAsync(Patience, Token);
        return ended.Snapshot.EnvironmentVariables.ToDictionary(variable => variable.Name, variable => variable.Value ?? "");
    }

    private sealed class Cache(string name) : Resource(name), IResourceWithConnectionString
    {
        public ReferenceExpression ConnectionStringExpression => ReferenceExpression.Create($"{"cache.local"}:7000,password={"secret"}");

        public IEnumerable<KeyValuePair<string, ReferenceExpression>> GetConnectionProperties() =>
        [
            new("Host", ReferenceExpression.Create($"cache.local")),
            new("Port", ReferenceExpression.Create($"7000")),
        ];
    }
}
