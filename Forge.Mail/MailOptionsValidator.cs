using Microsoft.Extensions.Options;
using MimeKit;

namespace Forge.Mail;

[OptionsValidator]
internal sealed partial class MailOptionsValidator : IValidateOptions<MailOptions>;

/// <summary>The rules that an attribute cannot say.</summary>
internal sealed class MailAddressesValidator : IValidateOptions<MailOptions>
{
    public ValidateOptionsResult Validate(string? name, MailOptions options)
    {
        if (options.Server is { } server && !IsSmtp(server))
        {
            return ValidateOptionsResult.Fail("Mail:Server must be an absolute address such as smtp://localhost:25, with no user, path or query.");
        }

        if (string.IsNullOrEmpty(options.User) != string.IsNullOrEmpty(options.Password))
        {
            return ValidateOptionsResult.Fail("Mail:User and Mail:Password belong together. Set both, or neither for a server without a login.");
        }

        if (options is { Server.Scheme: "smtps", Tls: MailTls.None })
        {
            return ValidateOptionsResult.Fail("Mail:Tls is None, and Mail:Server begins with smtps, which is always TLS. Use smtp:// or another Mail:Tls.");
        }

        return MailboxAddress.TryParse(options.From, out _)
            ? ValidateOptionsResult.Success
            : ValidateOptionsResult.Fail("Mail:From must be a mailbox such as \"Forge <no-reply@example.org>\".");
    }

    private static bool IsSmtp(Uri server) =>
        server.IsAbsoluteUri
        && server.Scheme is "smtp" or "smtps"
        && server.Host.Length > 0
        && server.UserInfo.Length == 0
        && server.PathAndQuery is "" or "/";
}
