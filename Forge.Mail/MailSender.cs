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
    /// <exception cref="MailRefusedException">The server refused the recipient or the mail for good. Do not send it again.</exception>
    /// <exception cref="SmtpCommandException">The server refused for a time, or refuses this app: its sender, its address, its relaying. Send the mail again later.</exception>
    /// <exception cref="AuthenticationException">The server refused the user or the password. Send the mail again later.</exception>
    /// <exception cref="MailKit.ServiceNotAuthenticatedException">The server wants a login and the options have none. Send the mail again later.</exception>
    /// <exception cref="NotSupportedException">The server offers no TLS, or no login, and the options ask for it. Send the mail again later.</exception>
    /// <exception cref="SslHandshakeException">No TLS connection could be made, for example because the certificate is not trusted. Send the mail again later.</exception>
    /// <exception cref="SmtpProtocolException">The server broke the conversation off. Send the mail again later.</exception>
    /// <exception cref="IOException">The connection failed; likewise <see cref="System.Net.Sockets.SocketException"/>. Send the mail again later.</exception>
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
        catch (SmtpCommandException exception) when (SmtpRefusal.IsAboutTheMail(exception))
        {
            throw new MailRefusedException($"The mail server refused the mail for good: {(int)exception.StatusCode} {exception.Message}", exception);
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
        using var client = new SmtpClient();
        await client.ConnectAsync(server.Host, PortOf(server), Security(), cancellationToken);
        if (_options is { User: { Length: > 0 } user, Password: { } password })
        {
            await client.AuthenticateAsync(user, password, cancellationToken);
        }

        await client.SendAsync(mime, cancellationToken);
        // Says QUIT and ignores every failure of that: the server has the mail, and a caller that heard otherwise would send it twice.
        await client.DisconnectAsync(quit: true, cancellationToken);
    }

    private SecureSocketOptions Security() => (_options.Server!.Scheme, _options.Tls) switch
    {
        ("smtps", _) => SecureSocketOptions.SslOnConnect,
        (_, MailTls.Required) => SecureSocketOptions.StartTls,
        (_, MailTls.None) => SecureSocketOptions.None,
        // Whoever sits between could hide the offer of TLS and read the password.
        _ => _options.User is { Length: > 0 } ? SecureSocketOptions.StartTls : SecureSocketOptions.StartTlsWhenAvailable,
    };

    private static int PortOf(Uri server) => (server.IsDefaultPort, server.Scheme) switch
    {
        (false, _) => server.Port,
        (_, "smtps") => 465,
        _ => 25,
    };
}
