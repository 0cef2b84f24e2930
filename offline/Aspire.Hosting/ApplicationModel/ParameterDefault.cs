using System.Security.Cryptography;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>Makes the value of a parameter for which none is configured.</summary>
public abstract class ParameterDefault
{
    /// <summary>Makes the value.</summary>
    public abstract string GetDefaultValue();
}

/// <summary>A random text, such as a password.</summary>
public sealed class GenerateParameterDefault : ParameterDefault
{
    // Without the characters that are easily mistaken for one another.
    private const string LowerCharacters = "abcdefghjkmnpqrstuvwxyz";
    private const string UpperCharacters = "ABCDEFGHJKMNPQRSTUVWXYZ";
    private const string NumericCharacters = "0123456789";
    private const string SpecialCharacters = "-_.{}~()*+!";

    /// <summary>The least number of characters.</summary>
    public int MinLength { get; set; }

    /// <summary>Whether there are lower-case letters; true by default.</summary>
    public bool Lower { get; set; } = true;

    /// <summary>Whether there are upper-case letters; true by default.</summary>
    public bool Upper { get; set; } = true;

    /// <summary>Whether there are digits; true by default.</summary>
    public bool Numeric { get; set; } = true;

    /// <summary>Whether there are other characters; true by default.</summary>
    public bool Special { get; set; } = true;

    /// <summary>The least number of lower-case letters.</summary>
    public int MinLower { get; set; }

    /// <summary>The least number of upper-case letters.</summary>
    public int MinUpper { get; set; }

    /// <summary>The least number of digits.</summary>
    public int MinNumeric { get; set; }

    /// <summary>The least number of other characters.</summary>
    public int MinSpecial { get; set; }

    /// <inheritdoc/>
    public override string GetDefaultValue()
    {
        var all = (Lower ? LowerCharacters : "") + (Upper ? UpperCharacters : "") + (Numeric ? NumericCharacters : "") + (Special ? SpecialCharacters : "");
        var characters = new List<char>();
        characters.AddRange(RandomNumberGenerator.GetItems<char>(LowerCharacters, MinLower));
        characters.AddRange(RandomNumberGenerator.GetItems<char>(UpperCharacters, MinUpper));
        characters.AddRange(RandomNumberGenerator.GetItems<char>(NumericCharacters, MinNumeric));
        characters.AddRange(RandomNumberGenerator.GetItems<char>(SpecialCharacters, MinSpecial));
        characters.AddRange(RandomNumberGenerator.GetItems<char>(all, Math.Max(0, MinLength - characters.Count)));
        var text = characters.ToArray();
        RandomNumberGenerator.Shuffle<char>(text);
        return new string(text);
    }
}
