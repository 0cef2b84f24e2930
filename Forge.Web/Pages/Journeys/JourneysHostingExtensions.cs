namespace Forge.Web.Pages.Journeys;

internal static class JourneysHostingExtensions
{
    /// <summary>Adds what the journey page needs: the client of the dashboard's telemetry API.</summary>
    public static TBuilder AddJourneys<TBuilder>(this TBuilder builder)
        where TBuilder : IHostApplicationBuilder
    {
        builder.Services.AddOptionsWithValidateOnStart<DashboardOptions>().BindConfiguration("Dashboard")
            .Validate(options => options.IsValid, "Dashboard:Url must be an http or https address, such as http://localhost:15100.");
        builder.Services.AddHttpClient<DashboardClient>(http => http.MaxResponseContentBufferSize = DashboardClient.MaxResponseBytes)
            // A redirect would take the key to wherever it points.
            .ConfigurePrimaryHttpMessageHandler(() => new SocketsHttpHandler { AllowAutoRedirect = false });
        return builder;
    }
}
