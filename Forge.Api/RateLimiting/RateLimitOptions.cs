using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Forge.Api.RateLimiting;

/// <summary>How often one caller may ask: configuration section <c>RateLimits</c>.</summary>
internal sealed class RateLimitOptions
{
    public const string SectionName = "RateLimits";

    /// <value>How many requests one user, or one address where nobody is signed in, may send to the anonymous routes per <see cref="Window"/>. The default is 300.</value>
    [Range(1, int.MaxValue)]
    public int Requests { get; set; } = 300;

    /// <value>The default is 10 seconds.</value>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00", ParseLimitsInInvariantCulture = true)]
    public TimeSpan Window { get; set; } = TimeSpan.FromSeconds(10);

    /// <value>How many failed logins one account may have per <see cref="FailedLoginWindow"/>. The default is 10.</value>
    [Range(1, int.MaxValue)]
    public int FailedLogins { get; set; } = 10;

    /// <value>The default is one minute.</value>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00", ParseLimitsInInvariantCulture = true)]
    public TimeSpan FailedLoginWindow { get; set; } = TimeSpan.FromMinutes(1);
}

[OptionsValidator]
internal sealed partial class RateLimitOptionsValidator : IValidateOptions<RateLimitOptions>;
