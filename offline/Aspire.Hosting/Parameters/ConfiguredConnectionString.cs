namespace Aspire.Hosting.ApplicationModel;

/// <summary>A connection string that must be configured.</summary>
internal sealed class ConfiguredConnectionString(ParameterResource parameter, string? environmentVariable) : Resource(parameter.Name), IResourceWithConnectionString
{
    public ReferenceExpression ConnectionStringExpression { get; } = ReferenceExpression.Create($"{parameter}");

    public string? ConnectionStringEnvironmentVariable { get; } = environmentVariable;
}
