using System.Text;
using MimeKit;

namespace Forge.Sandbox.Mail;

/// <summary>What a reader wants from a message: subject and text.</summary>
internal readonly record struct MimeContent(string Subject, string Text)
{
    public static async Task<MimeContent> ReadAsync(MemoryStream message, CancellationToken cancellationToken)
    {
        message.Position = 0;
        try
        {
            using var mime = await MimeMessage.LoadAsync(message, cancellationToken);
            return new MimeContent(mime.Subject ?? "", (mime.TextBody ?? mime.HtmlBody ?? "").ReplaceLineEndings("\n").TrimEnd('\n'));
        }
        catch (FormatException)
        {
            // SMTP carries any octets. What is no MIME message is shown as it came, which says more than an error would.
            return new MimeContent("", Encoding.UTF8.GetString(message.GetBuffer(), 0, (int)message.Length));
        }
    }
}
