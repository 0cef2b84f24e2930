using System.Buffers;
using System.Text;

namespace Forge.Sandbox.Mail;

internal enum SmtpLineKind
{
    Command,
    TooLong,
    Unreadable,
    Disconnected,
}

/// <summary>One line from the client, without its end.</summary>
internal readonly record struct SmtpLine(SmtpLineKind Kind, string Text = "")
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static SmtpLine Decode(ReadOnlySequence<byte> bytes)
    {
        try
        {
            var text = StrictUtf8.GetString(bytes);
            text = text.EndsWith('\r') ? text[..^1] : text;
            return text.AsSpan().ContainsAnyInRange('\0', '\x1f') || text.Contains('\x7f') ? new SmtpLine(SmtpLineKind.Unreadable) : new SmtpLine(SmtpLineKind.Command, text);
        }
        catch (DecoderFallbackException)
        {
            // The client hears of it: the session answers 500.
            return new SmtpLine(SmtpLineKind.Unreadable);
        }
    }
}
