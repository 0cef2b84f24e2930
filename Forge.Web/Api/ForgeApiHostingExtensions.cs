using Forge.Contracts;
using Microsoft.Extensions.Http.Resilience;
using Polly;
using Refit;

namespace Forge.Web.Api;

internal static class ForgeApiHostingExtensions
{
    /// <summary>Adds the typed client of the API, which calls in the name of the browser's user.</summary>
    public static TBuilder AddForgeApi<TBuilder>(this TBuilder builder)
        where TBuilder : IHostApplicationBuilder
    {
        builder.Services.AddHttpContextAccessor();
        builder.Services.AddTransient<CallerHandler>();
        builder.Services.AddRefitGeneratedClient<IForgeApi>()
            .ConfigureHttpClient(http => http.BaseAddress = new Uri("http://api"))
            .AddHttpMessageHandler<CallerHandler>();

        // Somebody waits before the browser: a quick second try, then a page that says what is wrong.
        // A repeated POST could do its work twice, so those have one try.
        builder.Services.ConfigureAll<HttpStandardResilienceOptions>(resilience =>
        {
            resilience.Retry.MaxRetryAttempts = 2;
            resilience.Retry.Delay = TimeSpan.FromMilliseconds(200);
            resilience.Retry.BackoffType = DelayBackoffType.Constant;
            resilience.Retry.ShouldRetryAfterHeader = false;
            // An API that says when to come again has waited for its database long enough; the page says so at once.
            resilience.Retry.ShouldHandle = outcome => ValueTask.FromResult(
                HttpClientResiliencePredicates.IsTransient(outcome.Outcome) && outcome.Outcome.Result?.Headers.RetryAfter is null);
            resilience.Retry.DisableForUnsafeHttpMethods();
        });
        return builder;
    }
}
