using System.Diagnostics;
using System.Globalization;
using Aspire.StackExchange.Redis;
using Forge.TestServers;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using OpenTelemetry.Trace;
using StackExchange.Redis;

namespace Aspire.Clients.Tests;

public sealed class RedisClientTests(RedisServer redis)
{
    private readonly string _key = Guid.NewGuid().ToString();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task AddRedisClient_ConnectsWithTheNamedConnectionString()
    {
        using var host = Build(builder => builder.AddRedisClient("redis"));

        var database = host.Services.GetRequiredService<IConnectionMultiplexer>().GetDatabase();

        Assert.True(await database.StringSetAsync(_key, "value"));
    }

    [Fact]
    public async Task AddKeyedRedisClient_RegistersUnderTheName()
    {
        using var host = Build(builder => builder.AddKeyedRedisClient("redis"));

        Assert.Null(host.Services.GetService<IConnectionMultiplexer>());
        Assert.True(await host.Services.GetRequiredKeyedService<IConnectionMultiplexer>("redis").GetDatabase().StringSetAsync(_key, "value"));
    }

    [Fact]
    public async Task HealthChecks_HaveAspiresNamesAndAskTheServer()
    {
        using var host = Build(builder =>
        {
            builder.Configuration["ConnectionStrings:down"] = "localhost:1,connectRetry=0,connectTimeout=500,syncTimeout=500,asyncTimeout=500";
            builder.AddRedisClient("redis");
            builder.AddRedisClient("redis");
            builder.AddKeyedRedisClient("down");
        });

        var report = await host.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync(Cancellation);

        Assert.Equal(["StackExchange.Redis", "StackExchange.Redis_down"], report.Entries.Keys.Order());
        Assert.Equal(HealthStatus.Healthy, report.Entries["StackExchange.Redis"].Status);
        Assert.Equal(HealthStatus.Unhealthy, report.Entries["StackExchange.Redis_down"].Status);
    }

    [Fact]
    public void Settings_ComeFromTheSectionThenTheNamedSectionThenTheConnectionStringThenTheCode()
    {
        StackExchangeRedisSettings? seen = null;
        ConfigurationOptions? options = null;
        using var host = Build(builder =>
        {
            builder.Configuration["Aspire:StackExchange:Redis:ConnectionString"] = "section:1";
            builder.Configuration["Aspire:StackExchange:Redis:DisableTracing"] = "true";
            builder.Configuration["Aspire:StackExchange:Redis:redis:DisableAutoActivation"] = "false";
            builder.Configuration["Aspire:StackExchange:Redis:ConfigurationOptions:ClientName"] = "first";
            builder.Configuration["Aspire:StackExchange:Redis:redis:ConfigurationOptions:ConnectRetry"] = "7";
            builder.AddRedisClient("redis", settings => seen = settings, configured => options = configured);
        });
        host.Services.GetRequiredService<IConnectionMultiplexer>();

        Assert.Equal(redis.ConnectionString, seen!.ConnectionString);
        Assert.True(seen.DisableTracing);
        Assert.False(seen.DisableAutoActivation);
        Assert.Equal("first", options!.ClientName);
        Assert.Equal(7, options.ConnectRetry);
        Assert.False(options.AbortOnConnectFail);
    }

    [Fact]
    public async Task Start_WhenAutoActivationIsOn_Connects()
    {
        var connected = false;
        using var host = Build(builder => builder.AddRedisClient("redis", settings => settings.DisableAutoActivation = false, _ => connected = true));

        await host.StartAsync(Cancellation);

        Assert.True(connected);
        await host.StopAsync(Cancellation);
    }

    [Fact]
    public void AddRedisClient_WithoutAConnectionString_SaysWhereItIsMissing()
    {
        using var host = Build(builder => builder.AddRedisClient("missing"));

        var exception = Assert.Throws<InvalidOperationException>(() => host.Services.GetRequiredService<IConnectionMultiplexer>());

        Assert.Contains("ConnectionStrings:missing", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Spans_AreWrittenForCommandsInsideAnActivity()
    {
        using var spans = new SpanCollector("OpenTelemetry.Instrumentation.StackExchangeRedis");
        var host = Build(builder => builder.AddRedisClient("redis"));
        host.Services.GetRequiredService<TracerProvider>();
        var database = host.Services.GetRequiredService<IConnectionMultiplexer>().GetDatabase();

        using var parent = new Activity("parent").Start();
        await database.StringSetAsync(_key, "value");
        await database.StringGetAsync(_key);
        parent.Stop();
        host.Dispose(); // What is not written yet is written at the end.

        var written = spans.Of(parent).OrderBy(span => span.StartTimeUtc).ToList();
        Assert.Equal(["SET", "GET"], written.Select(span => span.DisplayName));
        var first = written[0];
        Assert.Equal(ActivityKind.Client, first.Kind);
        Assert.Equal("redis", first.GetTagItem("db.system.name"));
        Assert.Equal("SET", first.GetTagItem("db.operation.name"));
        Assert.Equal("0", first.GetTagItem("db.namespace"));
        Assert.Equal("localhost", first.GetTagItem("server.address"));
        Assert.Equal(int.Parse(redis.ConnectionString.Split(',')[0].Split(':')[1], CultureInfo.InvariantCulture), first.GetTagItem("server.port"));
        Assert.True(first.Duration > TimeSpan.Zero);
        Assert.True(first.StartTimeUtc >= parent.StartTimeUtc);
    }

    [Fact]
    public async Task Spans_OfALongActivityAreWrittenBeforeItEnds()
    {
        using var spans = new SpanCollector("OpenTelemetry.Instrumentation.StackExchangeRedis");
        using var host = Build(builder => builder.AddRedisClient("redis"));
        var database = host.Services.GetRequiredService<IConnectionMultiplexer>().GetDatabase();

        using var parent = new Activity("parent").Start();
        await database.StringSetAsync(_key, "value");

        await spans.WaitForAsync(parent, 1).WaitAsync(TimeSpan.FromSeconds(10), Cancellation);
    }

    [Fact]
    public async Task Spans_AreNotWrittenForPolling()
    {
        using var spans = new SpanCollector("OpenTelemetry.Instrumentation.StackExchangeRedis");
        var host = Build(builder => builder.AddRedisClient("redis"));
        host.Services.GetRequiredService<TracerProvider>();
        var database = host.Services.GetRequiredService<IConnectionMultiplexer>().GetDatabase();
        Activity.Current = null;

        await database.ListRightPopAsync(_key);
        host.Dispose();

        Assert.DoesNotContain(spans.All, span => span.ParentId is null);
    }

    private IHost Build(Action<HostApplicationBuilder> configure)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration["ConnectionStrings:redis"] = redis.ConnectionString;
        configure(builder);
        return builder.Build();
    }
}
