namespace Aspire.Dashboard.Pages.Resources;

/// <summary>Addresses of what the API has about a resource.</summary>
internal static class ResourceAddress
{
    /// <summary>The address of something by its name. Its slashes stay: a server does not tell an escaped one from one that parts.</summary>
    public static string Of(string resourceId, string collection, string name) =>
        $"/api/resources/{Uri.EscapeDataString(resourceId)}/{collection}/{string.Join('/', name.Split('/').Select(Uri.EscapeDataString))}";
}
