using System.Buffers;
using System.Globalization;

namespace Aspire.Dashboard.Telemetry;

/// <summary>A text to look for, whatever its case, prepared once for a search through all that is kept: nothing is made for a thing that is looked at.</summary>
internal sealed class TextSearch
{
    private readonly string _text;
    private readonly SearchValues<string> _values;
    private readonly bool _isInNumbers;
    private readonly bool _isInIds;
    private readonly SpanId? _spanId;

    private TextSearch(string text)
    {
        _text = text;
        _values = SearchValues.Create([text], StringComparison.OrdinalIgnoreCase);
        _isInNumbers = text.All(character => char.IsAsciiDigit(character) || character == '-');
        _isInIds = text.All(char.IsAsciiHexDigit);
        _spanId = SpanId.TryParse(text, out var spanId) ? spanId : null;
    }

    /// <summary>The search for a text; null for none, which everything matches.</summary>
    public static TextSearch? For(string? text) => string.IsNullOrEmpty(text) ? null : new TextSearch(text);

    public bool IsIn(string text) => text.AsSpan().ContainsAny(_values);

    public bool IsIn(TraceId id) => _isInIds && IsIn(id.ToString());

    public bool Is(SpanId id) => id == _spanId;

    /// <summary>Whether the value, as it is shown, contains the text.</summary>
    public bool IsIn(AttributeValue value)
    {
        if (value.Text is { } text)
        {
            return IsIn(text);
        }

        if (value.Whole is not { } number)
        {
            return IsIn(value.ToString());
        }

        Span<char> digits = stackalloc char[20];
        return _isInNumbers && number.TryFormat(digits, out var length, provider: CultureInfo.InvariantCulture) && ((ReadOnlySpan<char>)digits[..length]).Contains(_text, StringComparison.Ordinal);
    }

    /// <summary>Whether any value contains the text.</summary>
    public bool IsIn(TelemetryAttribute[] attributes)
    {
        foreach (ref readonly var attribute in attributes.AsSpan())
        {
            if (IsIn(attribute.Value))
            {
                return true;
            }
        }

        return false;
    }
}
