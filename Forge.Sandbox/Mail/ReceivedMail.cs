namespace Forge.Sandbox.Mail;

/// <summary>A mail that the SMTP server took.</summary>
/// <param name="Id">Unique among the mails of this process.</param>
/// <param name="From">The envelope's sender; empty for a bounce.</param>
/// <param name="To">The envelope's recipients, separated by comma and blank.</param>
/// <param name="Subject">Decoded.</param>
/// <param name="Text">The plain text; the HTML's source where there is no plain text. Lines end with a line feed.</param>
/// <param name="ReceivedAt">When the last line had arrived and any delay was over.</param>
public sealed record ReceivedMail(Guid Id, string From, string To, string Subject, string Text, DateTimeOffset ReceivedAt);
