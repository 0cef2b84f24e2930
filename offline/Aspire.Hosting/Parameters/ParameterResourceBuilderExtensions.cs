using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Configuration;

namespace Aspire.Hosting;

/// <summary>Values from outside as resources.</summary>
public static class ParameterResourceBuilderExtensions
{
    /// <summary>Adds a parameter that must be configured, as <c>Parameters:{name}</c>.</summary>
    public static IResourceBuilder<ParameterResource> AddParameter(this IDistributedApplicationBuilder builder, string name, bool secret = false) =>
        builder.AddResource(Create(builder, name, parameterDefault: null, secret, persist: false));

    /// <summary>Adds a parameter with a value for where none is configured.</summary>
    public static IResourceBuilder<ParameterResource> AddParameter(this IDistributedApplicationBuilder builder, string name, string value, bool publishValueAsDefault = false, bool secret = false) =>
        builder.AddParameter(name, () => value, publishValueAsDefault, secret);

    /// <summary>Adds a parameter with a value for where none is configured.</summary>
    public static IResourceBuilder<ParameterResource> AddParameter(this IDistributedApplicationBuilder builder, string name, Func<string> valueGetter, bool publishValueAsDefault = false, bool secret = false)
    {
        if (publishValueAsDefault && secret)
        {
            throw new ArgumentException("A parameter cannot be both secret and published as a default value.", nameof(secret));
        }

        return builder.AddResource(new ParameterResource(name, _ => builder.Configuration[$"Parameters:{name}"] ?? valueGetter(), secret));
    }

    /// <summary>Adds a parameter whose value is made where none is configured, and with <paramref name="persist"/> kept in the AppHost's user secrets.</summary>
    public static IResourceBuilder<ParameterResource> AddParameter(this IDistributedApplicationBuilder builder, string name, ParameterDefault value, bool secret = false, bool persist = false) =>
        builder.AddResource(Create(builder, name, value, secret, persist));

    /// <summary>Adds a connection string that must be configured, as <c>ConnectionStrings:{name}</c>.</summary>
    public static IResourceBuilder<IResourceWithConnectionString> AddConnectionString(this IDistributedApplicationBuilder builder, string name, string? environmentVariableName = null)
    {
        var parameter = new ParameterResource(
            name,
            _ => builder.Configuration.GetConnectionString(name) ?? throw new MissingParameterValueException($"Connection string '{name}' has no value: set ConnectionStrings:{name} in the AppHost's configuration or user secrets."),
            secret: true);
        return builder.AddResource(new ConfiguredConnectionString(parameter, environmentVariableName));
    }

    /// <summary>Makes, without adding it, the parameter of a resource's password: 22 random characters, kept in the AppHost's user secrets.</summary>
    public static ParameterResource CreateDefaultPasswordParameter(IDistributedApplicationBuilder builder, string name, bool lower = true, bool upper = true, bool numeric = true, bool special = true, int minLower = 0, int minUpper = 0, int minNumeric = 0, int minSpecial = 0) =>
        Create(builder, name, new GenerateParameterDefault
        {
            MinLength = 22,
            Lower = lower,
            Upper = upper,
            Numeric = numeric,
            Special = special,
            MinLower = minLower,
            MinUpper = minUpper,
            MinNumeric = minNumeric,
            MinSpecial = minSpecial,
        }, secret: true, persist: true);

    private static ParameterResource Create(IDistributedApplicationBuilder builder, string name, ParameterDefault? parameterDefault, bool secret, bool persist)
    {
        var key = $"Parameters:{name}";
        return new ParameterResource(name, Find, secret) { Default = parameterDefault };

        string Find(ParameterDefault? fallback)
        {
            if (builder.Configuration[key] is { } configured)
            {
                return configured;
            }

            var made = fallback?.GetDefaultValue()
                ?? throw new MissingParameterValueException($"Parameter '{name}' has no value: set it with 'dotnet user-secrets set {key} <value> --project {builder.AppHostDirectory}' or as environment variable Parameters__{name}.");
            if (persist && builder is DistributedApplicationBuilder { WritesUserSecrets: true })
            {
                UserSecrets.TrySet(builder.AppHostAssembly, key, made);
            }

            return made;
        }
    }
}
