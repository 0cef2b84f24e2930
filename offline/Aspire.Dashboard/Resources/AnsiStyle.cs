namespace Aspire.Dashboard.Resources;

/// <summary>How a process wants its text to look (ANSI "select graphic rendition"), as the names of style classes. Colours are the sixteen that are legible in light and dark.</summary>
internal readonly record struct AnsiStyle
{
    private static readonly string[] ColorNames = ["black", "red", "green", "yellow", "blue", "magenta", "cyan", "white", "bright-black", "bright-red", "bright-green", "bright-yellow", "bright-blue", "bright-magenta", "bright-cyan", "bright-white"];

    public int? Color { get; init; }

    public int? Background { get; init; }

    public bool IsBold { get; init; }

    public bool IsDim { get; init; }

    public bool IsItalic { get; init; }

    public bool IsUnderlined { get; init; }

    public bool IsStruck { get; init; }

    public bool IsInverse { get; init; }

    /// <summary>The names, parted by spaces; null for text like any other.</summary>
    public string? Names
    {
        get
        {
            if (this == default)
            {
                return null;
            }

            var (color, background) = IsInverse ? (Background, Color) : (Color, Background);
            string?[] names =
            [
                color is { } c ? ColorNames[c] : null,
                background is { } b ? $"on-{ColorNames[b]}" : null,
                IsInverse && (color ?? background) is null ? "inverse" : null,
                IsBold ? "bold" : null,
                IsDim ? "dim" : null,
                IsItalic ? "italic" : null,
                IsUnderlined ? "underline" : null,
                IsStruck ? "strike" : null,
            ];
            return string.Join(' ', names.OfType<string>());
        }
    }

    /// <summary>The style after a sequence's parameters. What is not known changes nothing.</summary>
    public AnsiStyle Apply(ReadOnlySpan<char> parameters)
    {
        Span<int> codes = stackalloc int[32];
        var count = 0;
        foreach (var part in parameters.SplitAny(';', ':'))
        {
            if (count == codes.Length || !TryRead(parameters[part], out codes[count++]))
            {
                return this;
            }
        }

        var style = this;
        for (var i = 0; i < count; i++)
        {
            if (codes[i] is 38 or 48)
            {
                var color = AnsiPalette.Read(codes[(i + 1)..count], out var used);
                style = codes[i] == 38 ? style with { Color = color ?? style.Color } : style with { Background = color ?? style.Background };
                i += used;
            }
            else
            {
                style = style.Apply(codes[i]);
            }
        }

        return style;
    }

    private AnsiStyle Apply(int code) => code switch
    {
        0 => default,
        1 => this with { IsBold = true },
        2 => this with { IsDim = true },
        3 => this with { IsItalic = true },
        4 => this with { IsUnderlined = true },
        7 => this with { IsInverse = true },
        9 => this with { IsStruck = true },
        22 => this with { IsBold = false, IsDim = false },
        23 => this with { IsItalic = false },
        24 => this with { IsUnderlined = false },
        27 => this with { IsInverse = false },
        29 => this with { IsStruck = false },
        39 => this with { Color = null },
        49 => this with { Background = null },
        >= 30 and <= 37 => this with { Color = code - 30 },
        >= 40 and <= 47 => this with { Background = code - 40 },
        >= 90 and <= 97 => this with { Color = code - 90 + 8 },
        >= 100 and <= 107 => this with { Background = code - 100 + 8 },
        _ => this,
    };

    // Nothing stands for 0.
    private static bool TryRead(ReadOnlySpan<char> text, out int code)
    {
        code = 0;
        foreach (var digit in text)
        {
            if (!char.IsAsciiDigit(digit) || code > 999)
            {
                return false;
            }

            code = (code * 10) + (digit - '0');
        }

        return true;
    }
}
