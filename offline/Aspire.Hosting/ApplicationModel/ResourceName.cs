using System.Text.RegularExpressions;

namespace Aspire.Hosting.ApplicationModel;

internal static partial class ResourceName
{
    public static void ThrowIfInvalid(string name)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        if (name.Length > 64 || !Form.IsMatch(name))
        {
            throw new ArgumentException($"Resource name '{name}' is invalid: use 1 to 64 ASCII letters, digits and single hyphens, starting with a letter.", nameof(name));
        }
    }

    /// <summary>The name as part of an environment variable: what is no letter or digit becomes an underscore.</summary>
    public static string ToVariable(string name) => NotInVariable.Replace(name, "_");

    [GeneratedRegex("^[A-Za-z][A-Za-z0-9]*(-[A-Za-z0-9]+)*$")]
    private static partial Regex Form { get; }

    [GeneratedRegex("[^A-Za-z0-9_]")]
    private static partial Regex NotInVariable { get; }
}
