using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Primitives;

namespace Aspire.Dashboard.Access;

/// <summary>A secret that callers show. Compared in a time that does not tell how much of a guess was right.</summary>
internal sealed class SecretKey(string text)
{
    private readonly byte[] _hash = Hash(text);

    /// <summary>128 random bits in hexadecimal, as Aspire makes them.</summary>
    public static string NewText() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));

    /// <summary>The secret itself, for handing it to those who need it.</summary>
    public string Text { get; } = text;

    /// <summary>Whether exactly one value is shown, and it is the secret.</summary>
    public bool Matches(StringValues shown) => shown.Count == 1 && Matches(shown[0]);

    /// <summary>Whether a value is the secret.</summary>
    public bool Matches(string? shown) => !string.IsNullOrEmpty(shown) && CryptographicOperations.FixedTimeEquals(_hash, Hash(shown));

    // Hashed first, so that neither content nor length shows in the time.
    private static byte[] Hash(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text));
}
