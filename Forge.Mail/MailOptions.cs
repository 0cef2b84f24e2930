using System.ComponentModel.DataAnnotations;

namespace Forge.Mail;

/// <summary>How mail leaves the app: configuration section <c>Mail</c>, checked when the app starts.</summary>
public sealed class MailOptions
{
    /// <summary>The configuration section these options are bound to.</summary>
    public const string SectionName = "Mail";

    /// <summary>The SMTP server.</summary>
    /// <value>
    /// Required. <c>smtp://host:port</c> (25 without a port; TLS as <see cref="Tls"/> says)
    /// or <c>smtps://host:port</c> (465 without a port; TLS from the first byte).
    /// </value>
    [Required]
    public Uri? Server { get; set; }

    /// <summary>Whether TLS is used on an <c>smtp://</c> connection.</summary>
    /// <value>The default is <see cref="MailTls.Auto"/>.</value>
    [EnumDataType(typeof(MailTls))]
    public MailTls Tls { get; set; } = MailTls.Auto;

    /// <summary>The user to log in as.</summary>
    /// <value>The default is none: the app does not log in. Needs <see cref="Password"/>.</value>
    public string? User { get; set; }

    /// <summary>The password of <see cref="User"/>. It is a secret: nothing logs it, and no error message contains it.</summary>
    /// <value>The default is none.</value>
    public string? Password { get; set; }

    /// <summary>The sender of every mail.</summary>
    /// <value>A mailbox, with or without a name. The default is <c>Forge &lt;no-reply@forge.local&gt;</c>.</value>
    [Required]
    public string From { get; set; } = "Forge <no-reply@forge.local>";

    /// <summary>How long one mail may take, from opening the connection to the server's final answer.</summary>
    /// <value>The default is 30 seconds; from 100 milliseconds to 10 minutes.</value>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:10:00", ParseLimitsInInvariantCulture = true)]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(30);
}

/// <summary>Whether an <c>smtp://</c> connection is turned into a TLS connection (STARTTLS). <c>smtps://</c> is always TLS.</summary>
public enum MailTls
{
    /// <summary>TLS when the server offers it; with a <see cref="MailOptions.User"/> always, so that the password is never sent in the clear.</summary>
    Auto,

    /// <summary>Always TLS. A mail to a server that does not offer it fails.</summary>
    Required,

    /// <summary>Never TLS. A password is then sent in the clear, so this is for a server on the same machine or in a closed network.</summary>
    None,
}
