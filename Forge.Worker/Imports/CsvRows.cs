using System.Text;
using Forge.Jobs;

namespace Forge.Worker.Imports;

/// <summary>Reads a CSV file row by row, one row in memory at a time. Every character of the file belongs to a row that is returned, or the file is refused.</summary>
/// <remarks>
/// The dialect is RFC 4180's, with what spreadsheets and people write beside it: a line ends with CR LF, LF or CR; spaces may stand around a quoted value; a
/// quote inside a value that does not begin with one is text (<c>27" wheel</c>). What follows a closing quote makes the row malformed.
/// </remarks>
internal sealed class CsvRows(TextReader text)
{
    // Also what ends a quote that is never closed.
    public const int MaxQuotedLength = 10_000;

    // A line of nothing but commas has short values, and as many as the file has bytes.
    public const int MaxRowLength = 100_000;

    private readonly char[] _buffer = new char[16 * 1024];
    private readonly StringBuilder _value = new();
    private readonly List<string> _values = [];
    private int _next;
    private int _end;
    private int _lineBreaks;
    private int _length;
    private char _previous;
    private At _at;

    private enum At
    {
        Start,
        Plain,
        Quoted,
        QuoteInQuoted,
        AfterQuoted,
        Malformed,
    }

    /// <summary>The line of the file that the row begins at, from 1.</summary>
    public int FirstLine { get; private set; }

    /// <summary>The line that it ends at: another one when a quoted value holds line breaks.</summary>
    public int LastLine => _lineBreaks + 1;

    /// <summary>The values, without their quotes and the spaces around them.</summary>
    public IReadOnlyList<string> Values => _values;

    /// <summary>True for a line of nothing or of spaces, which is no row.</summary>
    public bool IsBlank { get; private set; }

    /// <summary>True when something follows a closing quote, so that the values cannot be told.</summary>
    public bool IsMalformed { get; private set; }

    /// <summary>Goes to the next line that is a row, blank or not; false at the end of the file.</summary>
    /// <exception cref="DoNotRetryException">The file cannot be read any further, and says from which line on.</exception>
    public async ValueTask<bool> ReadAsync(CancellationToken cancellationToken)
    {
        Begin();
        while (_next < _end || await FillAsync(cancellationToken))
        {
            var character = _buffer[_next++];
            var isSecondHalf = character == '\n' && _previous == '\r'; // of a line break that was counted
            _previous = character;
            if (isSecondHalf && _at is not At.Quoted)
            {
                continue;
            }

            if (++_length > MaxRowLength)
            {
                throw new DoNotRetryException($"The row that begins at line {FirstLine} has more than {MaxRowLength} characters.");
            }

            if (character is '\r' or '\n' && _at is not At.Quoted)
            {
                End();
                return true;
            }

            Take(character, isSecondHalf);
        }

        if (_at is At.Quoted)
        {
            throw new DoNotRetryException($"The row that begins at line {FirstLine} has a quote that is never closed. Close it, or double a quote that belongs to a value.");
        }

        End();
        return _length > 0;
    }

    private void Begin()
    {
        _lineBreaks += FirstLine == 0 ? 0 : 1;
        FirstLine = LastLine;
        _values.Clear();
        _value.Clear();
        _length = 0;
        _at = At.Start;
        (IsBlank, IsMalformed) = (true, false);
    }

    private void End()
    {
        IsMalformed = _at is At.Malformed;
        EndValue();
    }

    private void Take(char character, bool isSecondHalf)
    {
        IsBlank &= character is ' ' or '\t';
        switch (_at, character)
        {
            case (At.Quoted, '"'):
                _at = At.QuoteInQuoted;
                break;
            case (At.QuoteInQuoted, '"'):
                _at = At.Quoted;
                _value.Append('"');
                break;
            case (At.Quoted, _):
                TakeQuoted(character, isSecondHalf);
                break;
            case (At.Malformed, _):
                break;
            case (_, ','):
                EndValue();
                break;
            case (At.QuoteInQuoted or At.AfterQuoted, _):
                _at = character is ' ' or '\t' ? At.AfterQuoted : At.Malformed;
                break;
            case (At.Start, '"'):
                _at = At.Quoted;
                _value.Clear();
                break;
            default:
                _at = _at is At.Start && character is ' ' or '\t' ? At.Start : At.Plain;
                _value.Append(character);
                break;
        }
    }

    private void TakeQuoted(char character, bool isSecondHalf)
    {
        _lineBreaks += character is '\r' or '\n' && !isSecondHalf ? 1 : 0;
        _value.Append(character);
        if (_value.Length > MaxQuotedLength)
        {
            throw new DoNotRetryException(
                $"The row that begins at line {FirstLine} has a value of more than {MaxQuotedLength} characters; a closing quote may be missing.");
        }
    }

    private void EndValue()
    {
        _values.Add(_value.ToString().Trim());
        _value.Clear();
        _at = At.Start;
    }

    private async ValueTask<bool> FillAsync(CancellationToken cancellationToken)
    {
        try
        {
            (_next, _end) = (0, await text.ReadAsync(_buffer, cancellationToken));
            return _end > 0;
        }
        catch (DecoderFallbackException exception)
        {
            throw new DoNotRetryException($"The file is not UTF-8: after line {FirstLine - 1} come bytes that are not.", exception);
        }
    }
}
