namespace Forge.Sandbox.Mail;

/// <summary>The argument of MAIL and RCPT, as in <c>FROM:&lt;ada@example.org&gt; SIZE=1000 SMTPUTF8</c>.</summary>
internal readonly record struct SmtpPath(string Address, string[] Parameters)
{
    // RFC 5321, 4.5.3.1.3, with the angle brackets.
    private const int MaxLength = 256;

    public static bool TryParse(string argument, string keyword, out SmtpPath path)
    {
        path = default;
        if (!argument.StartsWith(keyword, StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }

        var rest = argument.AsSpan(keyword.Length).TrimStart(' ');
        var end = EndOfPath(rest);
        if (end < 0 || end >= MaxLength || (end + 1 < rest.Length && rest[end + 1] != ' '))
        {
            return false;
        }

        path = new SmtpPath(WithoutRoute(rest[1..end]).ToString(), rest[(end + 1)..].ToString().Split(' ', StringSplitOptions.RemoveEmptyEntries));
        return true;
    }

    public bool IsMailbox => Address.LastIndexOf('@') is var at and > 0 && at < Address.Length - 1;

    // A quoted local part may hold anything, such as <"a>b"@example.org>.
    private static int EndOfPath(ReadOnlySpan<char> text)
    {
        if (text.IsEmpty || text[0] != '<')
        {
            return -1;
        }

        var isQuoted = false;
        for (var i = 1; i < text.Length; i++)
        {
            switch (text[i])
            {
                case '\\' when isQuoted:
                    i++;
                    break;
                case '"':
                    isQuoted = !isQuoted;
                    break;
                case '>' when !isQuoted:
                    return i;
                case ' ' or '<' when !isQuoted:
                    return -1;
            }
        }

        return -1;
    }

    // Source routes, <@relay.example,@other.example:ada@example.org>, are accepted and ignored (RFC 5321, appendix C).
    private static ReadOnlySpan<char> WithoutRoute(ReadOnlySpan<char> address) =>
        address.StartsWith("@") && address.IndexOf(':') is var colon and > 0 ? address[(colon + 1)..] : address;
}
