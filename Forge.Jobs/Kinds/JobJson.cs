using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Forge.Jobs;

internal static class JobJson
{
    /// <summary>For what is stored. Reading is lenient, so that a program of yesterday can read a payload of today that only gained a member.</summary>
    public static readonly JsonSerializerOptions Stored = new(JsonSerializerDefaults.Web);

    /// <summary>For what comes from outside: what does not fit is refused, rather than dropped or defaulted.</summary>
    public static readonly JsonSerializerOptions Incoming = new(JsonSerializerDefaults.Web)
    {
        NumberHandling = JsonNumberHandling.Strict,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        TypeInfoResolver = new DefaultJsonTypeInfoResolver(), // or the first GetTypeInfo throws
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    };

    /// <summary>Postgres' jsonb refuses the character U+0000, which JSON allows.</summary>
    public static bool IsStorable(string json)
    {
        if (!json.Contains("\\u0000", StringComparison.Ordinal))
        {
            return true;
        }

        // The same six characters also appear in an escaped backslash followed by "u0000".
        var reader = new Utf8JsonReader(Encoding.UTF8.GetBytes(json));
        while (reader.Read())
        {
            if (reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName
                && reader.GetString()!.Contains('\0', StringComparison.Ordinal))
            {
                return false;
            }
        }

        return true;
    }
}
