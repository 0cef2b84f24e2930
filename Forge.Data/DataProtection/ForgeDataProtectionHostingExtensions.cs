using Forge.Data.DataProtection;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Microsoft.Extensions.Hosting;

/// <summary>Adds data protection with keys that replicas share.</summary>
public static class ForgeDataProtectionHostingExtensions
{
    /// <summary>
    /// Keeps the data-protection keys of <paramref name="applicationName"/> in Postgres. Applications of other names neither read nor
    /// write them. Needs <see cref="ForgeDatabaseHostingExtensions.AddForgeDatabase"/>.
    /// </summary>
    public static TBuilder AddForgeDataProtection<TBuilder>(this TBuilder builder, string applicationName)
        where TBuilder : IHostApplicationBuilder
    {
        builder.Services.AddDataProtection().SetApplicationName(applicationName);
        builder.Services.AddOptions<KeyManagementOptions>().Configure<NpgsqlDataSource>((options, dataSource) =>
            options.XmlRepository = new PostgresXmlRepository(dataSource, applicationName));

        // It warns at each new key that keys at rest are not encrypted; they lie beside the users' data, guarded as those are.
        builder.Logging.AddFilter("Microsoft.AspNetCore.DataProtection.KeyManagement.XmlKeyManager", LogLevel.Error);
        return builder;
    }
}
