using System.Text.RegularExpressions;

namespace Forge.Api.Reports;

internal static partial class ReportId
{
    public const string Rule = "Use 1 to 64 of A-Z, a-z, 0-9, - and _.";

    public static bool IsValid(string? reportId) => reportId is not null && Pattern.IsMatch(reportId);

    [GeneratedRegex("""^[A-Za-z0-9_-]{1,64}\z""")]
    private static partial Regex Pattern { get; }
}
