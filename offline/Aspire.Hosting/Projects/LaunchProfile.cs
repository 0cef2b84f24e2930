using System.Text.Json;

namespace Aspire.Hosting;

/// <summary>One way to start a project, from its <c>Properties/launchSettings.json</c>.</summary>
internal sealed record LaunchProfile
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { ReadCommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    public string? CommandName { get; init; }

    public string? ApplicationUrl { get; init; }

    public string? CommandLineArgs { get; init; }

    public Dictionary<string, string> EnvironmentVariables { get; init; } = [];

    /// <summary>The profiles that start the project itself, in the order of the file; empty where there is no file.</summary>
    public static IReadOnlyList<KeyValuePair<string, LaunchProfile>> Read(string projectDirectory)
    {
        var path = Path.Combine(projectDirectory, "Properties", "launchSettings.json");
        if (!File.Exists(path))
        {
            return [];
        }

        try
        {
            var settings = JsonSerializer.Deserialize<LaunchSettings>(File.ReadAllText(path), Json);
            return [.. settings?.Profiles.Where(profile => profile.Value.CommandName == "Project") ?? []];
        }
        catch (JsonException exception)
        {
            throw new DistributedApplicationException($"'{path}' cannot be read: {exception.Message}", exception);
        }
    }

    private sealed record LaunchSettings
    {
        public Dictionary<string, LaunchProfile> Profiles { get; init; } = [];
    }
}
