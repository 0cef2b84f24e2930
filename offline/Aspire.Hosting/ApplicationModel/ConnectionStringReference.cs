namespace Aspire.Hosting.ApplicationModel;

/// <summary>The connection string of another resource.</summary>
public class ConnectionStringReference(IResourceWithConnectionString resource, bool optional) : IValueProvider, IManifestExpressionProvider
{
    /// <summary>The resource that has the connection string.</summary>
    public IResourceWithConnectionString Resource { get; } = resource;

    /// <summary>Whether the resource that refers to it also starts without one.</summary>
    public bool Optional { get; } = optional;

    string IManifestExpressionProvider.ValueExpression => Resource.ValueExpression;

    async ValueTask<string?> IValueProvider.GetValueAsync(CancellationToken cancellationToken)
    {
        var value = await Resource.GetValueAsync(cancellationToken);
        if (string.IsNullOrEmpty(value) && !Optional)
        {
            throw new DistributedApplicationException($"The connection string of resource '{Resource.Name}' is empty.");
        }

        return value;
    }
}
