namespace Forge.Mail;

/// <summary>The mail server refused the recipient or the mail itself for good. The same mail would be refused again.</summary>
/// <remarks>A refusal that is about the server, the sender or the connection is never this exception: it passes when somebody mends it.</remarks>
/// <param name="message">What the server said.</param>
/// <param name="innerException">The refusal as it came.</param>
public sealed class MailRefusedException(string message, Exception innerException) : Exception(message, innerException);
