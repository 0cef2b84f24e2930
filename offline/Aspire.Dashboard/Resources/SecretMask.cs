using System.Collections;
using System.Text.RegularExpressions;
using Aspire.Hosting.ApplicationModel;

namespace Aspire.Dashboard.Resources;

/// <summary>Hides secrets: whatever contains the value of a secret parameter or a password, and what is named like one. Each leaves the AppHost only when it is asked for by name.</summary>
public sealed partial class SecretMask(DistributedApplicationModel model)
{
    // Shorter values are found in too much that is no secret.
    private const int ShortestSecret = 4;

    private static readonly string[] Names = ["PASSWORD", "SECRET", "TOKEN", "KEY", "PASSPHRASE", "CREDENTIAL", "CONNECTIONSTRING", "OTLP_HEADERS"];

    /// <summary>A value, or that there is one which is not shown.</summary>
    public MaskedValue Hide(string name, string? value, bool isSecret)
    {
        var hides = !string.IsNullOrEmpty(value) && (isSecret || IsNamedLikeSecret(name) || PasswordInside.IsMatch(value) || ContainsSecret(value));
        return new MaskedValue(name, hides ? null : value, hides);
    }

    /// <summary>A property's value as text: lists by spaces.</summary>
    public static string? TextOf(object? value) => value is IEnumerable items and not string ? string.Join(' ', items.Cast<object?>()) : value?.ToString();

    // In a connection string ("Password=…") or an address ("scheme://user:…@host").
    [GeneratedRegex(@"(password|pwd|secret|(shared)?access[ _-]?key|token)\s*=\s*[^;\s]|://[^/\s:@]*:[^/\s@]+@", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex PasswordInside { get; }

    private static bool IsNamedLikeSecret(string name) => Names.Any(part => name.Contains(part, StringComparison.OrdinalIgnoreCase));

    private bool ContainsSecret(string value) =>
        model.Resources.SelectMany(ParametersOf).Any(parameter =>
            parameter.Secret && parameter.ValueIfKnown is { Length: >= ShortestSecret } secret
            && (value.Contains(secret, StringComparison.Ordinal) || value.Contains(Uri.EscapeDataString(secret), StringComparison.Ordinal)));

    // A server's password is often a parameter that only its connection string knows.
    private static IEnumerable<ParameterResource> ParametersOf(IResource resource) => resource switch
    {
        ParameterResource parameter => [parameter],
        IResourceWithConnectionString connected => ParametersOf(connected.ConnectionStringExpression),
        _ => [],
    };

    private static IEnumerable<ParameterResource> ParametersOf(ReferenceExpression expression) =>
        expression.ValueProviders.SelectMany(provider => provider switch
        {
            ParameterResource parameter => [parameter],
            ReferenceExpression inner => ParametersOf(inner),
            _ => [],
        });
}
