using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;

namespace Forge.Api.Problems;

/// <summary>Reads times that say their offset from UTC. Without one a time would be read in the server's time zone, which the caller does not know.</summary>
internal sealed partial class UnambiguousTimeConverter : JsonConverter<DateTimeOffset>
{
    public const string Rule = "must be a time with its offset from UTC, such as 2026-12-24T10:00:00Z or 2026-12-24T11:00:00+01:00";

    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType is JsonTokenType.String && reader.TryGetDateTimeOffset(out var time) && Offset.IsMatch(reader.GetString()!)
            ? time
            : throw new FieldJsonException(Rule);

    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) => writer.WriteStringValue(value);

    [GeneratedRegex("(Z|[+-][0-9]{2}:[0-9]{2})$")]
    private static partial Regex Offset { get; }
}

/// <summary>A value of a JSON body that is not what its field takes; the message is for the caller.</summary>
internal sealed class FieldJsonException(string message) : JsonException(message);
