using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace Forge.Data;

/// <summary>Says in two words what a statement does, such as <c>INSERT users</c>: the name of its span, and its <c>db.query.summary</c>.</summary>
internal static partial class QuerySummary
{
    // By reference: most texts are constants, and one that is made for one call goes with it.
    private static readonly ConditionalWeakTable<string, string> Known = [];

    /// <summary>The operation and what it is done to, without what lies in parentheses: the first statement that is done to something counts.</summary>
    public static string Of(string sql) => Known.GetValue(sql, Summarize);

    private static string Summarize(string sql)
    {
        string? first = null;
        string? operation = null;
        var isTargetNext = false;
        var depth = 0;
        foreach (var token in Tokens().EnumerateMatches(sql))
        {
            var text = sql.AsSpan(token.Index, token.Length);
            switch (text[0])
            {
                case '-' or '\'':
                    continue;
                case '(' or ')':
                    depth += text[0] == '(' ? 1 : -1;
                    isTargetNext = false;
                    continue;
                case ';':
                    operation = null;
                    continue;
            }

            if (depth > 0)
            {
                continue;
            }

            if (isTargetNext)
            {
                return $"{operation} {text}";
            }

            var word = text.ToString().ToUpperInvariant();
            first ??= word;
            operation ??= word is "SELECT" or "INSERT" or "UPDATE" or "DELETE" or "MERGE" or "COPY" ? word : null;
            isTargetNext = word == operation ? word is "UPDATE" or "COPY" : word is "FROM" or "INTO" && operation is not null;
        }

        return operation ?? first ?? "";
    }

    // A comment, a text, a parenthesis, the end of a statement, a word.
    [GeneratedRegex("""--[^\n]*|'[^']*'|[();]|[\w."]+""")]
    private static partial Regex Tokens();
}
