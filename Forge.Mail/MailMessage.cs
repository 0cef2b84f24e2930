namespace Forge.Mail;

/// <summary>A plain-text mail to one recipient. The sender is <see cref="MailOptions.From"/>.</summary>
/// <param name="To">The recipient's mailbox, with or without a name.</param>
/// <param name="Subject">The subject; encoded as needed.</param>
/// <param name="TextBody">The text, UTF-8.</param>
public sealed record MailMessage(string To, string Subject, string TextBody);
