using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;
using StackExchange.Redis;

namespace Aspire.Hosting.Tests.Redis;

public sealed class RedisResourceTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task AddRedis_HasAspiresNames()
    {
        var builder = DistributedApplicationTestingBuilder.Create();
        var redis = builder.AddRedis("redis", password: builder.AddParameter("secret", "p@ss", secret: true));
        var endpoint = redis.Resource.PrimaryEndpoint.EndpointAnnotation;
        endpoint.AllocatedEndpoint = new AllocatedEndpoint(endpoint, "localhost", 1234);
        IResourceWithConnectionString resource = redis.Resource;

        Assert.Equal("localhost:1234,password=p@ss", await resource.GetConnectionStringAsync(Cancellation));
        Assert.Equal("redis://:p%40ss@localhost:1234", await redis.Resource.UriExpression.GetValueAsync(Cancellation));
        Assert.Equal(["redis_check"], resource.Annotations.OfType<HealthCheckAnnotation>().Select(check => check.Key));

        redis.WithPassword(null);
        Assert.Equal("localhost:1234", await resource.GetConnectionStringAsync(Cancellation));
    }

    [Fact]
    public async Task Start_WithAGeneratedPassword_IsHealthyAndServes()
    {
        var builder = DistributedApplicationTestingBuilder.Create();
        builder.AddRedis("redis");
        await using var application = await builder.BuildAsync(Cancellation);
        await application.StartAsync(Cancellation);

        await application.ResourceNotifications.WaitForResourceHealthyAsync("redis", Cancellation).WaitAsync(TimeSpan.FromSeconds(60), Cancellation);

        var connectionString = await application.GetConnectionStringAsync("redis", Cancellation);
        Assert.Matches("^localhost:[0-9]+,password=[A-Za-z0-9]{22}$", connectionString);
        await using var client = await ConnectionMultiplexer.ConnectAsync(connectionString!);
        Assert.True(await client.GetDatabase().StringSetAsync("key", "value"));
    }
}
