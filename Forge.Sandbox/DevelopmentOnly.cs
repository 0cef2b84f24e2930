using System.Diagnostics.CodeAnalysis;

namespace Forge.Sandbox;

internal static class DevelopmentOnly
{
    private const string Override = "Sandbox:AllowProduction";

    /// <summary>
    /// The sandbox answers "captured" without any money moving and shows every mail to whoever asks, so one that
    /// is started in production by mistake must not come up.
    /// </summary>
    public static bool RefusesEnvironment(this WebApplicationBuilder builder, [NotNullWhen(true)] out string? reason)
    {
        reason = builder.Environment.IsProduction() && !builder.Configuration.GetValue(Override, false)
            ? $"The sandbox is for development and does not start in the environment Production. Set DOTNET_ENVIRONMENT=Development, or {Override}=true if this is meant."
            : null;
        return reason is not null;
    }
}
