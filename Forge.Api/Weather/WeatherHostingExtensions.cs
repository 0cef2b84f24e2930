using Forge.Api.Weather;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Http.Resilience;
using Microsoft.Extensions.Options;
using Polly;
using Refit;

namespace Microsoft.Extensions.Hosting;

internal static class WeatherHostingExtensions
{
    /// <summary>Adds the typed client of the weather service, with a resilience pipeline of its own, and the count of lookups.</summary>
    public static TBuilder AddWeather<TBuilder>(this TBuilder builder)
        where TBuilder : IHostApplicationBuilder
    {
        builder.Services.AddOptionsWithValidateOnStart<WeatherOptions>().BindConfiguration(WeatherOptions.SectionName);
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<WeatherOptions>, WeatherOptionsValidator>());
        builder.AddPostResponseTasks().AddTask<WeatherLookupTask, WeatherLookup>(WeatherLookup.TaskName);
        var client = builder.Services.AddRefitGeneratedClient<ISandboxWeather>()
            .ConfigureHttpClient(http => http.BaseAddress = new Uri("http://sandbox"));

        // In place of the service defaults' handler: two of them would multiply their retries.
#pragma warning disable EXTEXP0001 // Experimental, and the only way to take the defaults off one client
        client.RemoveAllResilienceHandlers();
#pragma warning restore EXTEXP0001
        client.AddResilienceHandler("weather", AddStrategies);
        return builder;
    }

    private static void AddStrategies(ResiliencePipelineBuilder<HttpResponseMessage> pipeline, ResilienceHandlerContext context)
    {
        var options = context.ServiceProvider.GetRequiredService<IOptions<WeatherOptions>>().Value;
        pipeline
            .AddTimeout(options.TotalTimeout)
            .AddRetry(new HttpRetryStrategyOptions
            {
                MaxRetryAttempts = 2,
                Delay = TimeSpan.FromMilliseconds(200),
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                // The caller waits: neither "in an hour" nor "at once" from a service that fails replaces the own pauses.
                ShouldRetryAfterHeader = false,
            })
            .AddCircuitBreaker(new HttpCircuitBreakerStrategyOptions
            {
                FailureRatio = 0.5,
                MinimumThroughput = 20,
                SamplingDuration = TimeSpan.FromSeconds(30),
                BreakDuration = TimeSpan.FromSeconds(5),
            })
            .AddTimeout(options.AttemptTimeout);
    }
}
