using Forge.Contracts;
using Forge.Data.Payments;
using Forge.Worker.Payments;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Http.Resilience;
using Microsoft.Extensions.Options;
using Polly;
using Refit;

namespace Microsoft.Extensions.Hosting;

internal static class PaymentJobsHostingExtensions
{
    /// <summary>Runs <c>payment.capture</c> in this worker, against the gateway that service discovery knows as <c>sandbox</c>.</summary>
    public static TBuilder AddPaymentJobs<TBuilder>(this TBuilder builder)
        where TBuilder : IHostApplicationBuilder
    {
        builder.Services.AddOptionsWithValidateOnStart<PaymentOptions>().BindConfiguration(PaymentOptions.SectionName);
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<PaymentOptions>, PaymentOptionsValidator>());
        builder.Services.TryAddSingleton<PaymentTable>();
        builder.Services.TryAddTransient<PaymentGateway>();
        builder.Services.AddJobHandler<PaymentPayload, PaymentHandler>(JobKinds.PaymentCapture);
        var client = builder.Services.AddRefitGeneratedClient<ISandboxPayments>()
            .ConfigureHttpClient(http => http.BaseAddress = new Uri("http://sandbox"));

        // In place of the service defaults' handler, which does not repeat a POST. This one may be repeated: its key makes that safe.
#pragma warning disable EXTEXP0001 // Experimental, and the only way to take the defaults off one client
        client.RemoveAllResilienceHandlers();
#pragma warning restore EXTEXP0001
        client.AddResilienceHandler("payments", AddStrategies);
        return builder;
    }

    // No circuit breaker: the job's backoff is what spares a gateway that is down, and an open circuit would only use up attempts.
    private static void AddStrategies(ResiliencePipelineBuilder<HttpResponseMessage> pipeline, ResilienceHandlerContext context)
    {
        var options = context.ServiceProvider.GetRequiredService<IOptions<PaymentOptions>>().Value;
        pipeline
            .AddTimeout(options.TotalTimeout)
            .AddRetry(new HttpRetryStrategyOptions
            {
                MaxRetryAttempts = 1,
                Delay = TimeSpan.FromMilliseconds(200),
                UseJitter = true,
                // A gateway that says when to come back is asked then, by the job.
                ShouldHandle = outcome => ValueTask.FromResult(
                    HttpClientResiliencePredicates.IsTransient(outcome.Outcome) && outcome.Outcome.Result?.Headers.RetryAfter is null),
            })
            .AddTimeout(options.AttemptTimeout);
    }
}
