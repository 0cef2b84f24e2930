using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using IPAddress = System.Net.IPAddress;
using IPNetwork = System.Net.IPNetwork;

namespace Microsoft.Extensions.Hosting;

/// <summary>Which proxies are believed when they say on whose behalf they call.</summary>
public static class ForwardedCallersExtensions
{
    private const string Section = "ForwardedHeaders";

    /// <summary>
    /// Makes <c>UseForwardedHeaders</c> take a caller's address from <c>X-Forwarded-For</c>, where the proxy that sent it is on this machine, in one of
    /// <c>ForwardedHeaders:KnownNetworks</c> (<c>10.1.0.0/16</c>) or one of <c>ForwardedHeaders:KnownProxies</c> (<c>10.1.2.3</c>).
    /// </summary>
    /// <remarks>With neither, only the last entry of the header is taken. With one of them, all entries up to the first that no known proxy wrote.</remarks>
    /// <exception cref="InvalidOperationException">An entry is no network or no address.</exception>
    public static TBuilder AddForwardedCallers<TBuilder>(this TBuilder builder)
        where TBuilder : IHostApplicationBuilder
    {
        var networks = Read(builder, "KnownNetworks", "a network such as 10.1.0.0/16", (string text, out IPNetwork network) => IPNetwork.TryParse(text, out network));
        var proxies = Read(builder, "KnownProxies", "an address such as 10.1.2.3", (string text, out IPAddress? proxy) => IPAddress.TryParse(text, out proxy));
        builder.Services.Configure<ForwardedHeadersOptions>(options =>
        {
            options.ForwardedHeaders = ForwardedHeaders.XForwardedFor;
            networks.ForEach(options.KnownIPNetworks.Add);
            proxies.ForEach(proxy => options.KnownProxies.Add(proxy!));
            if (networks.Count + proxies.Count > 0)
            {
                options.ForwardLimit = null;
            }
        });
        return builder;
    }

    private static List<T> Read<T>(IHostApplicationBuilder builder, string key, string rule, TryParse<T> tryParse) =>
        [.. (builder.Configuration.GetSection($"{Section}:{key}").Get<string[]>() ?? []).Select(text => tryParse(text, out var value)
            ? value
            : throw new InvalidOperationException($"{Section}:{key} has the entry '{text}', which is not {rule}."))];

    private delegate bool TryParse<T>(string text, out T value);
}
