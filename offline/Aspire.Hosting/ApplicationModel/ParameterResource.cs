namespace Aspire.Hosting.ApplicationModel;

/// <summary>A value from outside: configuration key <c>Parameters:{name}</c>.</summary>
public class ParameterResource : Resource, IValueProvider, IManifestExpressionProvider
{
    private readonly Lazy<string> _value;

    /// <summary>Initializes the parameter.</summary>
    /// <param name="name">The name.</param>
    /// <param name="callback">Finds the value; called once, when it is first needed.</param>
    /// <param name="secret">Whether the value must not be shown.</param>
    public ParameterResource(string name, Func<ParameterDefault?, string> callback, bool secret = false)
        : base(name)
    {
        _value = new Lazy<string>(() => callback(Default));
        Secret = secret;
    }

    /// <summary>Whether the value must not be shown.</summary>
    public bool Secret { get; }

    /// <summary>Makes a value where none is configured.</summary>
    public ParameterDefault? Default { get; set; }

    /// <summary>The value; null while nobody has needed it yet.</summary>
    internal string? ValueIfKnown => _value.IsValueCreated ? _value.Value : null;

    /// <inheritdoc/>
    public string ValueExpression => $"{{{Name}.value}}";

    /// <summary>The value.</summary>
    /// <exception cref="MissingParameterValueException">None is configured, and the parameter has no default.</exception>
    public ValueTask<string?> GetValueAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new(_value.Value);
    }
}
