using MailKit.Net.Smtp;
using MailKit.Security;
using Microsoft.Extensions.Options;
using MimeKit;

namespace Forge.Mail;

/// <summary>Sends mail over SMTP. Safe to use from many threads at once: every mail has a connection of its own.</summary>
public sealed class MailSender(IOptions<MailOptions> options, TimeProvider timeProvider)
{
    private readonly MailOptions _options = options.Value;

    /// <summary>Sends one mail and returns when the server has taken it over.</summary>
    /// <remarks>
    /// There is no retry here. When the call throws, or the process dies inside it, the server may or may not have the mail:
    /// a caller that tries again sends at least once, never exactly once.
    /// </remarks>
    /// <exception cref="FormatException">The recipient is not a mailbox.</exception>
    /// <exception cref="TimeoutException">It took longer than <see cref="MailOptions.Timeout"/>.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    /// <exception cref="SmtpCommandException">The server refused the mail.</exception>
    /// <exception cref="SmtpProtocolException">The server broke the conversation off.</exception>
    /// <exception cref="IOException">The connection failed; likewise <see cref="System.Net.Sockets.SocketException"/>.</exception>
    public async Task SendAsync(MailMessage message, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(message);
        using var mime = Compose(message);

        using var timeout = new CancellationTokenSource(_options.Timeout, timeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            await DeliverAsync(mime, either.Token);
        }
        catch (OperationCanceledException exception) when (timeout.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"The SMTP server did not take the mail within {_options.Timeout.TotalSeconds:0.#} s.", exception);
        }
    }

    private MimeMessage Compose(MailMessage message)
    {
        var mime = new MimeMessage
        {
            Subject = message.Subject,
            Date = timeProvider.GetUtcNow(),
            Body = new TextPart("plain") { Text = message.TextBody },
        };
        var from = MailboxAddress.Parse(_options.From);
        mime.From.Add(from);
        mime.To.Add(MailboxAddress.Parse(message.To));
        if (message.Key is { } key)
        {
            mime.MessageId = $"{key}@{from.Domain}";
        }

        return mime;
    }

    private async Task DeliverAsync(MimeMessage mime, CancellationToken cancellationToken)
    {
        var server = _options.Server!;
        var (security, defaultPort) = server.Scheme == "smtps"
            ? (SecureSocketOptions.SslOnConnect, 465)
            : (SecureSocketOptions.StartTlsWhenAvailable, 25);

        using var client = new SmtpClient();
        await client.ConnectAsync(server.Host, server.IsDefaultPort ? defaultPort : server.Port, security, cancellationToken);
        await client.SendAsync(mime, cancellationToken);
        // Says QUIT and ignores every failure of that: the server has the mail, and a caller that heard otherwise would send it twice.
        await client.DisconnectAsync(quit: true, cancellationToken);
    }
}
