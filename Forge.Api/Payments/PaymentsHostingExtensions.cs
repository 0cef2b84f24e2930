using Forge.Api.Payments;
using Forge.Data.Payments;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Microsoft.Extensions.Hosting;

internal static class PaymentsHostingExtensions
{
    /// <summary>Adds what the routes of payments need, beside the job queue.</summary>
    public static TBuilder AddPayments<TBuilder>(this TBuilder builder)
        where TBuilder : IHostApplicationBuilder
    {
        builder.Services.TryAddSingleton<PaymentTable>();
        builder.Services.TryAddSingleton<PaymentDesk>();
        return builder;
    }
}
