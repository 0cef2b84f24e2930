using System.Globalization;
using System.Text.RegularExpressions;
using MailKit.Net.Smtp;

namespace Forge.Mail;

/// <summary>Tells a refusal of one mail from a refusal of all of them.</summary>
/// <remarks>
/// A 5xx reply says "permanent", and many permanent replies are about the server or this client: a greeting of 554, a relay that is denied, a sender
/// that is unknown, a missing login. An operator mends these, and the mail must wait for that. So a mail is given up only where the reply is
/// about its recipient or its content; in doubt it is sent again.
/// </remarks>
internal static partial class SmtpRefusal
{
    private const int FirstPermanent = 500;
    private const int BadParameters = 501;
    private const int MailboxUnavailable = 550;
    private const int NotLocal = 551;
    private const int TooLarge = 552;
    private const int BadMailboxName = 553;
    private const int DomainTakesNoMail = 556;

    /// <summary>True when sending the same mail again cannot succeed.</summary>
    public static bool IsAboutTheMail(SmtpCommandException refusal) => (int)refusal.StatusCode >= FirstPermanent && refusal.ErrorCode switch
    {
        SmtpErrorCode.RecipientNotAccepted => IsAboutTheRecipient((int)refusal.StatusCode, refusal.Message),
        SmtpErrorCode.MessageNotAccepted or SmtpErrorCode.SenderNotAccepted => IsAboutTheContent((int)refusal.StatusCode, refusal.Message),
        _ => false, // the greeting, EHLO, DATA and the like
    };

    private static bool IsAboutTheRecipient(int reply, string text) => FindEnhancedCode(text) switch
    {
        (1, 7 or 8) => false, // the sender's address
        (1 or 2, _) => true, // the address; the mailbox
        (3, 4) or (6, _) => true, // the mail is too large; its content
        (0, _) or (5, 0) or null => reply is BadParameters or MailboxUnavailable or NotLocal or TooLarge or BadMailboxName or DomainTakesNoMail && !ClientIsRefused.IsMatch(text),
        _ => false, // the system, the network, the protocol, the policy
    };

    // The answer to MAIL FROM is about the content when the size that it announces is too large.
    private static bool IsAboutTheContent(int reply, string text) => FindEnhancedCode(text) switch
    {
        (3, 4) or (6, _) => true,
        (1, 0 or 1 or 2 or 3 or 4 or 6 or 10) or (2, _) => true, // servers that look at the recipient only now
        (0, _) or null => reply == TooLarge,
        _ => false,
    };

    /// <summary>Subject and detail of the enhanced status code (RFC 3463) that a reply's text begins with: 1 and 1 of <c>5.1.1 No such user</c>.</summary>
    private static (int Subject, int Detail)? FindEnhancedCode(string text) => EnhancedCode.Match(text) is { Success: true } match
        ? (Number(match.Groups[1]), Number(match.Groups[2]))
        : null;

    private static int Number(Group digits) => int.Parse(digits.ValueSpan, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^\s*5\.(\d{1,3})\.(\d{1,3})\b")]
    private static partial Regex EnhancedCode { get; }

    // Without an enhanced code, 550 and 553 are also what servers say to a client whom they take no mail from.
    [GeneratedRegex(
        @"\brelay|rcpthosts|authenticat|not authori[sz]ed|block(ed|list)|black ?list|spamhaus|\brbl\b|reputation|\bspf\b|\bdkim\b|\bdmarc\b|reverse dns",
        RegexOptions.IgnoreCase)]
    private static partial Regex ClientIsRefused { get; }
}
