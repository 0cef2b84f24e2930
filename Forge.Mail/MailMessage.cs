namespace Forge.Mail;

/// <summary>A plain-text mail to one recipient. The sender is <see cref="MailOptions.From"/>.</summary>
/// <param name="To">The recipient's mailbox, with or without a name.</param>
/// <param name="Subject">The subject; encoded as needed.</param>
/// <param name="TextBody">The text, UTF-8.</param>
/// <param name="Key">
/// What makes the mail recognizable when it is sent again, in letters, digits, hyphens and dots: the left side of its <c>Message-Id</c>, from
/// which mail servers and clients can tell a duplicate. Without one, every send has a new <c>Message-Id</c>.
/// </param>
public sealed record MailMessage(string To, string Subject, string TextBody, string? Key = null);
