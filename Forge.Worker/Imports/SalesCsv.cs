using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using Forge.Jobs;

namespace Forge.Worker.Imports;

/// <summary>Reads sales from a CSV file (<see cref="CsvRows"/>) in UTF-8, with or without a byte order mark. Rows that are not fit are kept apart, up to a limit.</summary>
/// <remarks>
/// Each row is returned or rejected, so that both together are the rows of the file. A row of several lines that is not fit, or one line of which could be
/// a row, refuses the whole file: it looks like a quote that was not closed where it should be, and nobody can tell how many rows are in it.
/// </remarks>
internal sealed class SalesCsv(Stream content)
{
    public const int MaxErrors = 100;

    private const int MaxNameLength = 200;
    private const decimal MaxUnitPrice = 99_999_999.99m;
    private const string WholeRow = "row";

    private static readonly string[] Columns = ["sold_on", "region", "product", "quantity", "unit_price"];
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: true, throwOnInvalidBytes: true);

    private readonly List<ImportError> _errors = [];
    private int _rows;
    private int _rejected;

    public ImportResult Result => new(_rows, _rejected, _errors);

    /// <exception cref="DoNotRetryException">The file as a whole cannot be read, and says from which line on.</exception>
    public async IAsyncEnumerable<SalesLine> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var text = new StreamReader(content, StrictUtf8, detectEncodingFromByteOrderMarks: false, leaveOpen: true);
        var rows = new CsvRows(text);
        var (columns, width) = await ReadHeaderAsync(rows, cancellationToken);
        while (await ReadRowAsync(rows, cancellationToken))
        {
            var isFit = TryParse(rows, columns, width, out var sale);
            RefuseSwallowedRows(rows, isFit, columns[0]);
            if (isFit)
            {
                _rows++;
                yield return sale;
            }
            else
            {
                _rejected++;
            }
        }
    }

    private static void RefuseSwallowedRows(CsvRows row, bool isFit, int dateColumn)
    {
        if (row.LastLine > row.FirstLine && (!isFit || row.Values.Any(value => HoldsRow(value, dateColumn))))
        {
            throw new DoNotRetryException(
                $"The row that begins at line {row.FirstLine} ends at line {row.LastLine} and {(isFit ? "holds what looks like another row" : "is not fit")}: "
                + "a quote may be missing, or one that belongs to a value is not doubled. Mend it and upload the file again.");
        }
    }

    private static bool HoldsRow(string value, int dateColumn) => value.Split('\r', '\n').Skip(1)
        .Select(line => line.Split(','))
        .Any(parts => parts.Length > Math.Max(dateColumn, 1) && IsDate(parts[dateColumn].Trim(' ', '\t', '"'), out _));

    private static async Task<(int[] Columns, int Width)> ReadHeaderAsync(CsvRows rows, CancellationToken cancellationToken)
    {
        if (!await ReadRowAsync(rows, cancellationToken))
        {
            throw new DoNotRetryException($"The file has no header. Its first line must name the columns: {string.Join(',', Columns)}.");
        }

        var names = rows.Values.Select(name => name.ToLowerInvariant()).ToList();
        var missing = Columns.Where(column => !names.Contains(column)).ToList();
        if (missing.Count > 0)
        {
            throw new DoNotRetryException($"The first line must name the columns {string.Join(',', Columns)}, separated by commas; it lacks {string.Join(" and ", missing)}.");
        }

        return Columns.FirstOrDefault(column => names.Count(name => name == column) > 1) is { } twice
            ? throw new DoNotRetryException($"The first line names the column {twice} more than once.")
            : (Columns.Select(column => names.IndexOf(column)).ToArray(), names.Count);
    }

    /// <summary>Goes to the next row that is not blank; false at the end.</summary>
    private static async ValueTask<bool> ReadRowAsync(CsvRows rows, CancellationToken cancellationToken)
    {
        do
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (!await rows.ReadAsync(cancellationToken))
            {
                return false;
            }
        }
        while (rows.IsBlank);
        return true;
    }

    private bool TryParse(CsvRows row, int[] columns, int width, out SalesLine sale)
    {
        sale = null!;
        var line = row.FirstLine;
        if (row.IsMalformed)
        {
            return Reject(line, WholeRow, "has text after the closing quote of a value; double a quote that belongs to the value");
        }

        if (row.Values.Skip(width).Any(value => value.Length > 0))
        {
            return Reject(line, WholeRow, $"has {row.Values.Count} values for {width} columns; quote a value that holds a comma");
        }

        string[] value = [.. columns.Select(column => column < row.Values.Count ? row.Values[column] : "")];
        if (!IsDate(value[0], out var soldOn))
        {
            return Reject(line, Columns[0], "must be a date such as 2025-12-31");
        }

        if (!IsName(value[1]))
        {
            return Reject(line, Columns[1], $"must have 1 to {MaxNameLength} characters of text");
        }

        if (!IsName(value[2]))
        {
            return Reject(line, Columns[2], $"must have 1 to {MaxNameLength} characters of text");
        }

        if (!int.TryParse(value[3], NumberStyles.None, CultureInfo.InvariantCulture, out var quantity) || quantity == 0)
        {
            return Reject(line, Columns[3], "must be a whole number of at least 1");
        }

        if (!decimal.TryParse(value[4], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var unitPrice)
            || unitPrice > MaxUnitPrice
            || decimal.Round(unitPrice, 2) != unitPrice)
        {
            return Reject(line, Columns[4], "must be a number from 0 to 99999999.99 with at most 2 decimals after a point");
        }

        sale = new SalesLine(line, soldOn, value[1], value[2], quantity, unitPrice);
        return true;
    }

    private bool Reject(int line, string column, string reason)
    {
        if (_errors.Count < MaxErrors)
        {
            _errors.Add(new ImportError(line, column, reason));
        }

        return false;
    }

    private static bool IsDate(string text, out DateOnly date) =>
        DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out date);

    private static bool IsName(string text) => text.Length is > 0 and <= MaxNameLength && !text.Any(character => char.IsControl(character) && character is not ('\r' or '\n' or '\t'));
}
