using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Configuration.UserSecrets;

namespace Aspire.Hosting;

/// <summary>Writes into the user secrets of the AppHost.</summary>
internal static class UserSecrets
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };
    private static readonly Lock Writing = new();

    /// <summary>Keeps a value; false where the assembly has no <c>UserSecretsId</c>.</summary>
    public static bool TrySet(Assembly? assembly, string key, string value)
    {
        if (assembly?.GetCustomAttribute<UserSecretsIdAttribute>()?.UserSecretsId is not { } id)
        {
            return false;
        }

        var path = PathHelper.GetSecretsPathFromSecretsId(id);
        lock (Writing)
        {
            var secrets = Read(path);
            secrets[key] = value;
            Write(path, secrets.ToJsonString(Indented));
        }

        return true;
    }

    private static JsonObject Read(string path)
    {
        try
        {
            return File.Exists(path) ? JsonNode.Parse(File.ReadAllText(path), documentOptions: new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true }) as JsonObject ?? [] : [];
        }
        catch (JsonException exception)
        {
            throw new DistributedApplicationException($"The user secrets in '{path}' cannot be read; mend or delete the file. {exception.Message}", exception);
        }
    }

    private static void Write(string path, string text)
    {
        // A new file that takes the old one's place: a crash leaves one of the two, never half of one.
        var temporary = $"{path}.{Guid.NewGuid():n}";
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using (var writer = new StreamWriter(temporary, options))
        {
            writer.Write(text);
        }

        File.Move(temporary, path, overwrite: true);
    }
}
