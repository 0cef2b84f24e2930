using System.Text;

namespace Aspire.Dashboard.Resources;

/// <summary>
/// Reads one stream of a process's output line by line: colours become styles, which last until they are reset, also over lines. Every other
/// control sequence (moving the cursor, titles, links, clipboards) is left out, and what stays is plain text.
/// </summary>
internal sealed class AnsiReader
{
    private const char Escape = '\x1b';
    private const char Bell = '\a';
    private const char CsiInOne = '\u009b';
    private const char EndOfStringInOne = '\u009c';

    private readonly StringBuilder _text = new();
    private AnsiStyle _style;

    /// <summary>The pieces of a line, each with one style; empty for an empty line.</summary>
    public IReadOnlyList<StyledText> Read(string line)
    {
        var pieces = new List<StyledText>();
        var position = 0;
        while (position < line.Length)
        {
            var character = line[position];
            if (character is Escape or CsiInOne or '\u0090' or '\u0098' or '\u009d' or '\u009e' or '\u009f')
            {
                var before = _style;
                position = Pass(line, position);
                if (before != _style)
                {
                    Take(pieces, before);
                }

                continue;
            }

            position++;
            if (character == '\r' && position < line.Length)
            {
                // The terminal would write over what is there, as progress bars want it.
                _text.Clear();
                pieces.Clear();
            }
            else if (character == '\t' || !char.IsControl(character))
            {
                _text.Append(character);
            }
        }

        Take(pieces, _style);
        return pieces;
    }

    /// <summary>A line without any colours and control sequences.</summary>
    public static string PlainText(string line) => string.Concat(new AnsiReader().Read(line).Select(piece => piece.Text));

    // Returns the position after the sequence that begins here.
    private int Pass(string line, int start)
    {
        var first = line[start];
        var kind = first != Escape ? first : start + 1 < line.Length ? line[start + 1] : '\0';
        var position = start + (first == Escape ? 2 : 1);
        switch (kind)
        {
            case '[' or CsiInOne:
                return PassCsi(line, position);
            case ']' or 'P' or 'X' or '^' or '_' or '\u0090' or '\u0098' or '\u009d' or '\u009e' or '\u009f':
                return PassString(line, position);
            case >= ' ' and <= '/':
                // Such as the choice of a character set: more of these, then one that ends it.
                position = PassWhile(line, position, ' ', '/');
                return Math.Min(position + 1, line.Length);
            case >= '0' and <= '~':
                return Math.Min(position, line.Length);
            default:
                // No sequence: the next character stands for itself.
                return start + 1;
        }
    }

    private int PassCsi(string line, int start)
    {
        var afterParameters = PassWhile(line, start, '0', '?');
        var end = PassWhile(line, afterParameters, ' ', '/');
        if (end >= line.Length)
        {
            return line.Length;
        }

        if (line[end] is < '@' or > '~')
        {
            // Broken off: what cannot belong to it is text again.
            return end;
        }

        if (line[end] == 'm' && end == afterParameters)
        {
            _style = _style.Apply(line.AsSpan(start, end - start));
        }

        return end + 1;
    }

    // Up to BEL or ST (ESC \); one without end takes the rest of the line.
    private static int PassString(string line, int start)
    {
        for (var position = start; position < line.Length; position++)
        {
            if (line[position] is Bell or EndOfStringInOne)
            {
                return position + 1;
            }

            if (line[position] == Escape && position + 1 < line.Length && line[position + 1] == '\\')
            {
                return position + 2;
            }
        }

        return line.Length;
    }

    private static int PassWhile(string line, int position, char least, char most)
    {
        while (position < line.Length && line[position] >= least && line[position] <= most)
        {
            position++;
        }

        return position;
    }

    private void Take(List<StyledText> pieces, AnsiStyle style)
    {
        if (_text.Length > 0)
        {
            pieces.Add(new StyledText(_text.ToString(), style.Names));
            _text.Clear();
        }
    }
}

/// <summary>A piece of a line.</summary>
/// <param name="Text">Plain text.</param>
/// <param name="Style">Names of styles, parted by spaces; null for none.</param>
internal sealed record StyledText(string Text, string? Style);
