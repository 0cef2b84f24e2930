namespace Aspire.Hosting.ApplicationModel;

/// <summary>Something whose value is known only when the application runs.</summary>
public interface IValueProvider
{
    /// <summary>The value.</summary>
    ValueTask<string?> GetValueAsync(CancellationToken cancellationToken = default);
}

/// <summary>Something that can be named where its value is not known.</summary>
public interface IManifestExpressionProvider
{
    /// <summary>The name, such as <c>{api.bindings.http.url}</c>.</summary>
    string ValueExpression { get; }
}
