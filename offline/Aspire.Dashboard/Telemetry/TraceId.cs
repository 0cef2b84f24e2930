using System.Globalization;

namespace Aspire.Dashboard.Telemetry;

/// <summary>The 16 bytes that all spans of a trace share. Written as 32 lower-case hexadecimal digits.</summary>
public readonly record struct TraceId(UInt128 Value)
{
    /// <summary>No trace.</summary>
    public static readonly TraceId None;

    /// <summary>Reads 32 hexadecimal digits; false for anything else, and for all zeros.</summary>
    public static bool TryParse(string? text, out TraceId id)
    {
        var isId = UInt128.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value) && text!.Length == 32 && value != 0;
        id = isId ? new TraceId(value) : None;
        return isId;
    }

    /// <inheritdoc/>
    public override string ToString() => Value.ToString("x32", CultureInfo.InvariantCulture);
}

/// <summary>The 8 bytes of a span. Written as 16 lower-case hexadecimal digits.</summary>
public readonly record struct SpanId(ulong Value)
{
    /// <summary>No span, as the parent of a root.</summary>
    public static readonly SpanId None;

    /// <summary>Reads 16 hexadecimal digits; false for anything else, and for all zeros.</summary>
    public static bool TryParse(string? text, out SpanId id)
    {
        var isId = ulong.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value) && text!.Length == 16 && value != 0;
        id = isId ? new SpanId(value) : None;
        return isId;
    }

    /// <inheritdoc/>
    public override string ToString() => Value.ToString("x16", CultureInfo.InvariantCulture);
}
