using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Forge.Jobs;

/// <summary>JSON as it is stored in Postgres' jsonb, which keeps values and not their text: it sorts the members of an object, and of two with one name it keeps the last.</summary>
internal static class JobJson
{
    /// <summary>The largest exponent of a finite double, and one that is below its smallest. Postgres would write a number with all of its digits, a hundred thousand of them for the nine characters of 1e100000.</summary>
    private const int MaxExponent = 308;
    private const int MinExponent = -400;

    /// <summary>Postgres' numeric has up to 131,072 digits before the point and 16,383 after it.</summary>
    private const int MaxDigits = 16_000;

    /// <summary>For what is stored. Reading is lenient, so that a program of yesterday can read a payload of today that only gained a member; and the type of a polymorphic member need not come first.</summary>
    public static readonly JsonSerializerOptions Stored = new(JsonSerializerDefaults.Web) { AllowOutOfOrderMetadataProperties = true };

    /// <summary>For what comes from outside: what does not fit is refused, rather than dropped or defaulted.</summary>
    public static readonly JsonSerializerOptions Incoming = new(JsonSerializerDefaults.Web)
    {
        AllowDuplicateProperties = false,
        AllowOutOfOrderMetadataProperties = true,
        NumberHandling = JsonNumberHandling.Strict,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        TypeInfoResolver = new DefaultJsonTypeInfoResolver(), // or the first GetTypeInfo throws
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    };

    /// <summary>What in a JSON text Postgres cannot store, as in "holds …"; null when there is no such thing.</summary>
    public static string? FindUnstorable(string json)
    {
        if (json.Length <= MaxDigits && !MayBeUnstorable(json))
        {
            return null;
        }

        var reader = new Utf8JsonReader(Encoding.UTF8.GetBytes(json));
        while (reader.Read())
        {
            var unstorable = reader.TokenType switch
            {
                JsonTokenType.String or JsonTokenType.PropertyName => FindUnstorable(ref reader),
                JsonTokenType.Number => FindUnstorable(reader.ValueSpan),
                _ => null,
            };
            if (unstorable is not null)
            {
                return unstorable;
            }
        }

        return null;
    }

    private static string? FindUnstorable(ref Utf8JsonReader text)
    {
        try
        {
            return text.ValueIsEscaped && text.GetString()!.Contains('\0', StringComparison.Ordinal) ? "the character U+0000" : null;
        }
        catch (InvalidOperationException)
        {
            return "half of a surrogate pair";
        }
    }

    private static string? FindUnstorable(ReadOnlySpan<byte> number)
    {
        var exponent = number.IndexOfAny((byte)'e', (byte)'E');
        return number.Length > MaxDigits ? $"a number of more than {MaxDigits} digits"
            : exponent >= 0 && !(Utf8Parser.TryParse(number[(exponent + 1)..], out int power, out _) && power is >= MinExponent and <= MaxExponent)
                ? $"a number with an exponent beyond {MinExponent} to {MaxExponent}"
                : null;
    }

    /// <summary>Looks for an escape or an exponent, either of which may also be part of a text that can be stored. Nearly every payload is seen to have neither.</summary>
    private static bool MayBeUnstorable(ReadOnlySpan<char> json)
    {
        for (int at; (at = json.IndexOfAny('\\', 'e', 'E')) >= 0; json = json[(at + 1)..])
        {
            var next = at + 1 < json.Length ? json[at + 1] : '"';
            if (json[at] == '\\' ? next == 'u' : at > 0 && char.IsAsciiDigit(json[at - 1]) && (next is '+' or '-' || char.IsAsciiDigit(next)))
            {
                return true;
            }
        }

        return false;
    }
}
