namespace Forge.Sandbox.Mail;

/// <summary>Sender and recipients as the SMTP client gave them, whatever the message's own headers say.</summary>
internal sealed record Envelope(string From)
{
    public List<string> Recipients { get; } = [];
}
