using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Forge.Worker.Payments;

/// <summary>How long the payment gateway is waited for: configuration section <c>Payments</c>.</summary>
internal sealed class PaymentOptions
{
    public const string SectionName = "Payments";

    /// <value>For one run of the job, repetitions included. The default is 20 seconds; the job's own time limit is a minute.</value>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:00:50", ParseLimitsInInvariantCulture = true)]
    public TimeSpan TotalTimeout { get; set; } = TimeSpan.FromSeconds(20);

    /// <value>For one request. The default is 8 seconds.</value>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:00:50", ParseLimitsInInvariantCulture = true)]
    public TimeSpan AttemptTimeout { get; set; } = TimeSpan.FromSeconds(8);
}

[OptionsValidator]
internal sealed partial class PaymentOptionsValidator : IValidateOptions<PaymentOptions>;
