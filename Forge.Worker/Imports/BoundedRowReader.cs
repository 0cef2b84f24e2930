namespace Forge.Worker.Imports;

/// <summary>The text of a file for a parser that keeps a row in memory however long it is: reading on and on without a row being complete ends here.</summary>
/// <remarks>What the parser had read ahead when a row was complete is not counted for the next, so a row may be longer by a buffer of the parser's.</remarks>
internal sealed class BoundedRowReader(TextReader text, int maxRowLength) : TextReader
{
    private int _length;

    /// <summary>A row is complete; another one begins.</summary>
    public void EndRow() => _length = 0;

    /// <exception cref="RowTooLongException">The row is longer than any may be.</exception>
    public override async Task<int> ReadAsync(char[] buffer, int index, int count)
    {
        if (_length > maxRowLength)
        {
            throw new RowTooLongException();
        }

        var read = await text.ReadAsync(buffer, index, count);
        _length += read;
        return read;
    }
}

/// <summary>A row is longer than any may be.</summary>
internal sealed class RowTooLongException : Exception;
