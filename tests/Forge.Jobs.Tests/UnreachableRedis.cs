using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using StackExchange.Redis;

namespace Forge.Jobs.Tests;

internal static class UnreachableRedis
{
    /// <summary>Port 1 of this machine: nothing listens there, and connecting fails at once.</summary>
    public static void UseUnreachableRedis(this HostApplicationBuilder builder) =>
        builder.Services.AddSingleton<IConnectionMultiplexer>(_ => ConnectionMultiplexer.Connect("127.0.0.1:1,abortConnect=false,connectTimeout=200"));
}
