using System.Globalization;

namespace Aspire.Dashboard.Telemetry;

/// <summary>What an attribute or a log's body holds, in 16 bytes: numbers and truth values beside a mark of their kind, all else as a reference.</summary>
public readonly struct AttributeValue
{
    private static readonly object WholeMark = new();
    private static readonly object FloatingMark = new();
    private static readonly object TruthMark = new();

    private readonly object? _content;
    private readonly long _bits;

    private AttributeValue(object? content, long bits = 0)
    {
        _content = content;
        _bits = bits;
    }

    /// <summary>A text.</summary>
    public static AttributeValue Of(string text) => new(text);

    /// <summary>A whole number.</summary>
    public static AttributeValue Of(long number) => new(WholeMark, number);

    /// <summary>A floating-point number.</summary>
    public static AttributeValue Of(double number) => new(FloatingMark, BitConverter.DoubleToInt64Bits(number));

    /// <summary>A truth value.</summary>
    public static AttributeValue Of(bool isTrue) => new(TruthMark, isTrue ? 1 : 0);

    /// <summary>Bytes.</summary>
    public static AttributeValue Of(byte[] bytes) => new(bytes);

    /// <summary>A list.</summary>
    public static AttributeValue Of(AttributeValue[] items) => new(items);

    /// <summary>Attributes within the attribute.</summary>
    public static AttributeValue Of(TelemetryAttribute[] entries) => new(entries);

    /// <summary>Which of the kinds it is.</summary>
    public AttributeKind Kind => _content switch
    {
        null => AttributeKind.Empty,
        string => AttributeKind.Text,
        byte[] => AttributeKind.Bytes,
        AttributeValue[] => AttributeKind.List,
        TelemetryAttribute[] => AttributeKind.Map,
        _ when ReferenceEquals(_content, WholeMark) => AttributeKind.Whole,
        _ when ReferenceEquals(_content, FloatingMark) => AttributeKind.Floating,
        _ => AttributeKind.Truth,
    };

    /// <summary>The text; null unless it is one.</summary>
    public string? Text => _content as string;

    /// <summary>The whole number; null unless it is one.</summary>
    public long? Whole => ReferenceEquals(_content, WholeMark) ? _bits : null;

    /// <summary>The floating-point number; null unless it is one.</summary>
    public double? Floating => ReferenceEquals(_content, FloatingMark) ? BitConverter.Int64BitsToDouble(_bits) : null;

    /// <summary>The truth value; null unless it is one.</summary>
    public bool? Truth => ReferenceEquals(_content, TruthMark) ? _bits == 1 : null;

    internal byte[]? Bytes => _content as byte[];

    internal AttributeValue[]? Items => _content as AttributeValue[];

    internal TelemetryAttribute[]? Entries => _content as TelemetryAttribute[];

    /// <summary>The value as it is shown to people.</summary>
    public override string ToString() => Kind switch
    {
        AttributeKind.Text => Text!,
        AttributeKind.Whole => _bits.ToString(CultureInfo.InvariantCulture),
        AttributeKind.Floating => Floating!.Value.ToString("R", CultureInfo.InvariantCulture),
        AttributeKind.Truth => _bits == 1 ? "true" : "false",
        AttributeKind.Bytes => Convert.ToBase64String(Bytes!),
        AttributeKind.List => $"[{string.Join(", ", Items!)}]",
        AttributeKind.Map => $"{{{string.Join(", ", Entries!.Select(entry => $"{entry.Key}: {entry.Value}"))}}}",
        _ => "",
    };
}

/// <summary>The kinds of values that OTLP knows.</summary>
public enum AttributeKind
{
    /// <summary>Nothing.</summary>
    Empty,

    /// <summary>A text.</summary>
    Text,

    /// <summary>A whole number.</summary>
    Whole,

    /// <summary>A floating-point number.</summary>
    Floating,

    /// <summary>A truth value.</summary>
    Truth,

    /// <summary>Bytes.</summary>
    Bytes,

    /// <summary>A list of values.</summary>
    List,

    /// <summary>Named values.</summary>
    Map,
}
