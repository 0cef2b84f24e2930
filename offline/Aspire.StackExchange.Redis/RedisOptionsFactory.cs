using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using StackExchange.Redis;
using StackExchange.Redis.Configuration;

namespace Aspire.StackExchange.Redis;

internal sealed record RedisConnectionString(string? Value);

/// <summary>Starts the options of a client from its connection string, which the client can only parse into a new object.</summary>
internal sealed class RedisOptionsFactory(
    IServiceProvider services,
    IEnumerable<IConfigureOptions<ConfigurationOptions>> setups,
    IEnumerable<IPostConfigureOptions<ConfigurationOptions>> postConfigures,
    IEnumerable<IValidateOptions<ConfigurationOptions>> validations)
    : OptionsFactory<ConfigurationOptions>(setups, postConfigures, validations)
{
    protected override ConfigurationOptions CreateInstance(string name)
    {
        var options = services.GetKeyedService<RedisConnectionString>(name)?.Value is { } connectionString
            ? ConfigurationOptions.Parse(connectionString)
            : base.CreateInstance(name);

        if (options.Defaults.GetType() == typeof(DefaultOptionsProvider))
        {
            options.Defaults = new RetryingDefaults();
        }

        return options;
    }

    /// <summary>A default and not a set value, so that <c>abortConnect=true</c> in a connection string still wins.</summary>
    private sealed class RetryingDefaults : DefaultOptionsProvider
    {
        public override bool AbortOnConnectFail => false;
    }
}
