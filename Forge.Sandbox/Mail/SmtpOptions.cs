using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Forge.Sandbox.Mail;

/// <summary>The limits of the SMTP server: configuration section <c>Smtp</c>.</summary>
public sealed class SmtpOptions
{
    public const string SectionName = "Smtp";

    /// <summary>On loopback only. 0 takes any free port.</summary>
    [Range(0, 65_535)]
    public int Port { get; set; } = 5325;

    /// <summary>One message, as announced by SIZE.</summary>
    [Range(1_024, 100 * 1_024 * 1_024)]
    public int MaxMessageBytes { get; set; } = 10 * 1_024 * 1_024;

    [Range(1, 1_000)]
    public int MaxRecipients { get; set; } = 100;

    /// <summary>At the same time and per loopback address; more are told to come again.</summary>
    [Range(1, 10_000)]
    public int MaxSessions { get; set; } = 200;

    /// <summary>A client that neither sends nor reads for so long is disconnected. A fault's delay does not count.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "01:00:00", ParseLimitsInInvariantCulture = true)]
    public TimeSpan IdleTimeout { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>The inbox forgets the oldest mail beyond this many.</summary>
    [Range(1, 100_000)]
    public int KeptMails { get; set; } = 1_000;
}

[OptionsValidator]
internal sealed partial class SmtpOptionsValidator : IValidateOptions<SmtpOptions>;
