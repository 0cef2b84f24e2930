using System.Text.RegularExpressions;

namespace Forge.Jobs;

internal static partial class ScheduleName
{
    public const string Rule = "must be 1 to 100 letters, digits, '.', '-' and '_', and begin with a letter or a digit";

    public static bool IsValid(string name) => Pattern.IsMatch(name);

    [GeneratedRegex(@"\A[A-Za-z0-9][A-Za-z0-9._-]{0,99}\z")]
    private static partial Regex Pattern { get; }
}
