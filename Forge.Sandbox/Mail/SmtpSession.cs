using System.Globalization;
using Forge.Sandbox.Faults;

namespace Forge.Sandbox.Mail;

/// <summary>One client's conversation (RFC 5321 with PIPELINING, SIZE, 8BITMIME, SMTPUTF8 and enhanced status codes).</summary>
internal sealed class SmtpSession(SmtpConnection connection, SmtpOptions options, Mailbox mailbox, FaultBoard faults, TimeProvider timeProvider)
{
    private const int MaxErrors = 20;
    private const string Ok = "250 2.0.0 OK";
    private const string BadSequence = "503 5.5.1 Not now";

    private bool _hasGreeted;
    private Envelope? _envelope;
    private bool _isOver;

    /// <param name="clientGone">Ends a fault's delay; nothing is kept for a client that did not wait.</param>
    public async Task RunAsync(CancellationToken clientGone)
    {
        await connection.ReplyAsync("220 localhost ESMTP Forge sandbox");
        for (var errors = 0; !_isOver;)
        {
            var line = await connection.ReadLineAsync();
            if (line.Kind == SmtpLineKind.Disconnected)
            {
                return;
            }

            var reply = line.Kind switch
            {
                SmtpLineKind.TooLong => "500 5.5.2 Line too long",
                SmtpLineKind.Unreadable => "500 5.5.2 Not a line of text",
                _ => await AnswerAsync(line.Text, clientGone),
            };
            if (reply.StartsWith('5') && ++errors == MaxErrors)
            {
                reply = "421 4.7.0 Too many errors";
                _isOver = true;
            }

            await connection.ReplyAsync(reply);
        }
    }

    private async ValueTask<string> AnswerAsync(string line, CancellationToken clientGone)
    {
        var blank = line.IndexOf(' ', StringComparison.Ordinal);
        var verb = blank < 0 ? line : line[..blank];
        var argument = blank < 0 ? "" : line[(blank + 1)..].Trim(' ');
        return verb.ToUpperInvariant() switch
        {
            "EHLO" => Greet(argument, ExtendedGreeting()),
            "HELO" => Greet(argument, "250 localhost"),
            "MAIL" => StartMail(argument),
            "RCPT" => AddRecipient(argument),
            "DATA" => await ReceiveAsync(argument, clientGone),
            "RSET" => Reset(),
            "NOOP" => Ok,
            "VRFY" => "252 2.1.5 Every address is taken here",
            "HELP" => "214 2.0.0 EHLO HELO MAIL RCPT DATA RSET NOOP VRFY QUIT",
            "QUIT" => Quit(),
            "AUTH" or "BDAT" or "ETRN" or "EXPN" or "STARTTLS" => "502 5.5.1 Not offered",
            _ => "500 5.5.1 Unknown command",
        };
    }

    private string ExtendedGreeting() => string.Create(
        CultureInfo.InvariantCulture,
        $"250-localhost\r\n250-PIPELINING\r\n250-SIZE {options.MaxMessageBytes}\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250 ENHANCEDSTATUSCODES");

    private string Greet(string domain, string greeting)
    {
        if (domain.Length == 0)
        {
            return "501 5.5.4 Say who you are";
        }

        _hasGreeted = true;
        _envelope = null;
        return greeting;
    }

    private string StartMail(string argument)
    {
        if (!_hasGreeted || _envelope is not null)
        {
            return BadSequence;
        }

        // An empty path is the sender of a bounce.
        if (!SmtpPath.TryParse(argument, "FROM:", out var path) || (path.Address.Length > 0 && !path.IsMailbox))
        {
            return "501 5.1.7 Expected FROM:<mailbox>";
        }

        foreach (var parameter in path.Parameters)
        {
            if (RefuseMailParameter(parameter.ToUpperInvariant()) is { } refusal)
            {
                return refusal;
            }
        }

        _envelope = new Envelope(path.Address);
        return "250 2.1.0 OK";
    }

    private string? RefuseMailParameter(string parameter)
    {
        if (parameter is "SMTPUTF8" or "BODY=7BIT" or "BODY=8BITMIME")
        {
            return null;
        }

        if (!parameter.StartsWith("SIZE=", StringComparison.Ordinal))
        {
            return "555 5.5.4 Unknown parameter";
        }

        if (!ulong.TryParse(parameter.AsSpan("SIZE=".Length), NumberStyles.None, CultureInfo.InvariantCulture, out var size))
        {
            return "501 5.5.4 SIZE is a number";
        }

        return size > (ulong)options.MaxMessageBytes ? TooLarge() : null;
    }

    private string AddRecipient(string argument)
    {
        if (_envelope is null)
        {
            return BadSequence;
        }

        if (!SmtpPath.TryParse(argument, "TO:", out var path) || !(path.IsMailbox || path.Address.Equals("postmaster", StringComparison.OrdinalIgnoreCase)))
        {
            return "501 5.1.3 Expected TO:<mailbox>";
        }

        if (path.Parameters.Length > 0)
        {
            return "555 5.5.4 Unknown parameter";
        }

        if (_envelope.Recipients.Count == options.MaxRecipients)
        {
            return "452 4.5.3 Too many recipients";
        }

        _envelope.Recipients.Add(path.Address);
        return "250 2.1.5 OK";
    }

    private async ValueTask<string> ReceiveAsync(string argument, CancellationToken clientGone)
    {
        if (argument.Length > 0)
        {
            return "501 5.5.4 DATA stands alone";
        }

        if (_envelope is not { Recipients.Count: > 0 } envelope)
        {
            return BadSequence;
        }

        await connection.ReplyAsync("354 End with a line that is only a dot");
        using var message = new MemoryStream();
        var unstuffer = new DotUnstuffer(message, options.MaxMessageBytes);
        _envelope = null;
        if (!await connection.ReadMessageAsync(unstuffer))
        {
            _isOver = true;
            return "421 4.4.2 Half a message";
        }

        return unstuffer.IsTooLarge ? TooLarge() : await AcceptAsync(envelope, message, clientGone);
    }

    private async ValueTask<string> AcceptAsync(Envelope envelope, MemoryStream message, CancellationToken clientGone)
    {
        var fault = faults[FaultTarget.Smtp];
        await fault.DelayAsync(timeProvider, clientGone);
        if (fault.Strikes())
        {
            return "451 4.3.0 A fault is set for mail";
        }

        var content = await MimeContent.ReadAsync(message, clientGone);
        var mail = new ReceivedMail(
            Guid.CreateVersion7(), envelope.From, string.Join(", ", envelope.Recipients), content.Subject, content.Text, timeProvider.GetUtcNow());
        mailbox.Add(mail, envelope.Recipients);
        return Ok;
    }

    private string Reset()
    {
        _envelope = null;
        return Ok;
    }

    private string Quit()
    {
        _isOver = true;
        return "221 2.0.0 Bye";
    }

    private string TooLarge() => string.Create(CultureInfo.InvariantCulture, $"552 5.3.4 A message may have {options.MaxMessageBytes} bytes");
}
