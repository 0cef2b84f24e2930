using System.ComponentModel.DataAnnotations;

namespace Forge.Mail;

/// <summary>How mail leaves the app: configuration section <c>Mail</c>, checked when the app starts.</summary>
public sealed class MailOptions
{
    /// <summary>The configuration section these options are bound to.</summary>
    public const string SectionName = "Mail";

    /// <summary>The SMTP server.</summary>
    /// <value>
    /// Required. <c>smtp://host:port</c> (25 without a port; TLS is used when the server offers it)
    /// or <c>smtps://host:port</c> (465 without a port; TLS from the first byte).
    /// </value>
    [Required]
    public Uri? Server { get; set; }

    /// <summary>The sender of every mail.</summary>
    /// <value>A mailbox, with or without a name. The default is <c>Forge &lt;no-reply@forge.local&gt;</c>.</value>
    [Required]
    public string From { get; set; } = "Forge <no-reply@forge.local>";

    /// <summary>How long one mail may take, from opening the connection to the server's final answer.</summary>
    /// <value>The default is 30 seconds; from 100 milliseconds to 10 minutes.</value>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:10:00", ParseLimitsInInvariantCulture = true)]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(30);
}
