using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Forge.Api.Weather;

/// <summary>How long the outside weather service is waited for: configuration section <c>Weather</c>.</summary>
internal sealed class WeatherOptions
{
    public const string SectionName = "Weather";

    /// <value>From the caller's request to its answer, retries included. The default is 10 seconds.</value>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:05:00", ParseLimitsInInvariantCulture = true)]
    public TimeSpan TotalTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <value>The default is 4 seconds, so that a service which hangs once is asked again.</value>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:05:00", ParseLimitsInInvariantCulture = true)]
    public TimeSpan AttemptTimeout { get; set; } = TimeSpan.FromSeconds(4);
}

[OptionsValidator]
internal sealed partial class WeatherOptionsValidator : IValidateOptions<WeatherOptions>;
