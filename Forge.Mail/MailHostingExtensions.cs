using Forge.Mail;
using MailKit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace Microsoft.Extensions.Hosting;

/// <summary>Adds mail to an app.</summary>
public static class MailHostingExtensions
{
    /// <summary>
    /// Adds <see cref="MailSender"/>, configured by the section <c>Mail</c> (<see cref="MailOptions"/>), and MailKit's own traces and metrics.
    /// </summary>
    /// <remarks>The app does not start when the section is wrong. A server that is away does not keep it from starting. Calling it twice is harmless.</remarks>
    public static TBuilder AddMail<TBuilder>(this TBuilder builder)
        where TBuilder : IHostApplicationBuilder
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.AddOptionsWithValidateOnStart<MailOptions>().BindConfiguration(MailOptions.SectionName);
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<MailOptions>, MailOptionsValidator>());
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<MailOptions>, MailAddressesValidator>());
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.TryAddSingleton<MailSender>();

        // MailKit starts its spans and instruments only after this call; it may be made more than once.
        Telemetry.SmtpClient.Configure();
        builder.Services.ConfigureOpenTelemetryTracerProvider(tracing => tracing.AddSource(Telemetry.SmtpClient.ActivitySourceName));
        builder.Services.ConfigureOpenTelemetryMeterProvider(metrics => metrics.AddMeter(Telemetry.SmtpClient.MeterName));
        return builder;
    }
}
