using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting;

/// <summary>Something outside of the application, reached by HTTP.</summary>
public sealed class ExternalServiceResource : Resource
{
    /// <summary>Initializes the service with its address.</summary>
    public ExternalServiceResource(string name, Uri uri)
        : base(name) => Uri = uri;

    /// <summary>Initializes the service with a parameter that holds its address.</summary>
    public ExternalServiceResource(string name, ParameterResource urlParameter)
        : base(name) => UrlParameter = urlParameter;

    /// <summary>The address; null where a parameter holds it.</summary>
    public Uri? Uri { get; }

    /// <summary>The parameter that holds the address.</summary>
    public ParameterResource? UrlParameter { get; }

    internal async ValueTask<Uri> GetUriAsync(CancellationToken cancellationToken)
    {
        if (Uri is not null)
        {
            return Uri;
        }

        var text = await UrlParameter!.GetValueAsync(cancellationToken);
        return Uri.TryCreate(text, UriKind.Absolute, out var uri)
            ? uri
            : throw new DistributedApplicationException($"Parameter '{UrlParameter.Name}' is no absolute address, which external service '{Name}' needs.");
    }
}
