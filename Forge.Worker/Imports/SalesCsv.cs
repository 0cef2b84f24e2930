using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using CsvHelper;
using CsvHelper.Configuration;
using Forge.Jobs;

namespace Forge.Worker.Imports;

/// <summary>Reads sales from a CSV file after RFC 4180, in UTF-8 with or without a byte order mark, one row in memory at a time. Rows that are not fit are kept apart, up to a limit.</summary>
internal sealed class SalesCsv(Stream content)
{
    public const int MaxErrors = 100;

    // Also what ends a quote that is never closed.
    private const int MaxFieldLength = 10_000;

    // A line of nothing but commas has short values, and as many as the file has bytes.
    private const int MaxRowLength = 100_000;
    private const int MaxNameLength = 200;
    private const decimal MaxUnitPrice = 99_999_999.99m;

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
        using var rows = new BoundedRowReader(text, MaxRowLength);
        using var csv = new CsvReader(rows, new CsvConfiguration(CultureInfo.InvariantCulture)
        {
            MaxFieldSize = MaxFieldLength,
            Mode = CsvMode.RFC4180,
            PrepareHeaderForMatch = header => header.Header.Trim().ToLowerInvariant(),
            MissingFieldFound = null,
            BadDataFound = null,
            IgnoreBlankLines = false, // or the line that a row begins at cannot be told
        });
        var columns = await ReadHeaderAsync(csv, rows);
        while (await ReadRowAsync(csv, rows, cancellationToken) is { } line)
        {
            if (TryParse([.. columns.Select(column => csv.GetField(column)?.Trim() ?? "")], line, out var sale))
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

    private static async Task<int[]> ReadHeaderAsync(CsvReader csv, BoundedRowReader rows)
    {
        if (await ReadRowAsync(csv, rows, CancellationToken.None) is null || !csv.ReadHeader())
        {
            throw new DoNotRetryException($"The file has no header. Its first line must name the columns: {string.Join(',', Columns)}.");
        }

        var indexes = Columns.Select(column => csv.GetFieldIndex(column, isTryGet: true)).ToArray();
        var missing = Columns.Where((_, number) => indexes[number] < 0).ToList();
        return missing.Count == 0
            ? indexes
            : throw new DoNotRetryException($"The first line must name the columns {string.Join(',', Columns)}, separated by commas; it lacks {string.Join(" and ", missing)}.");
    }

    /// <summary>Goes to the next row that is not blank and tells the line it begins at; null at the end.</summary>
    private static async Task<int?> ReadRowAsync(CsvReader csv, BoundedRowReader rows, CancellationToken cancellationToken)
    {
        int line;
        do
        {
            cancellationToken.ThrowIfCancellationRequested();
            line = csv.Parser.RawRow + 1;
            rows.EndRow();
            if (!await TryReadAsync(csv, line))
            {
                return null;
            }
        }
        while (csv.Parser.Count <= 1 && string.IsNullOrWhiteSpace(csv.GetField(0)));
        return line;
    }

    private static async Task<bool> TryReadAsync(CsvReader csv, int line)
    {
        try
        {
            return await csv.ReadAsync();
        }
        catch (MaxFieldSizeException exception)
        {
            throw new DoNotRetryException($"The row that begins at line {line} has a value of more than {MaxFieldLength} characters; a closing quote may be missing.", exception);
        }
        catch (RowTooLongException exception)
        {
            throw new DoNotRetryException($"The row that begins at line {line} has more than {MaxRowLength} characters.", exception);
        }
        catch (DecoderFallbackException exception)
        {
            throw new DoNotRetryException($"The file is not UTF-8: after line {line - 1} come bytes that are not.", exception);
        }
    }

    private bool TryParse(string[] value, int line, out SalesLine sale)
    {
        sale = null!;
        if (!DateOnly.TryParseExact(value[0], "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var soldOn))
        {
            return Reject(line, 0, "must be a date such as 2025-12-31");
        }

        if (!IsName(value[1]))
        {
            return Reject(line, 1, $"must have 1 to {MaxNameLength} characters of text");
        }

        if (!IsName(value[2]))
        {
            return Reject(line, 2, $"must have 1 to {MaxNameLength} characters of text");
        }

        if (!int.TryParse(value[3], NumberStyles.None, CultureInfo.InvariantCulture, out var quantity) || quantity == 0)
        {
            return Reject(line, 3, "must be a whole number of at least 1");
        }

        if (!decimal.TryParse(value[4], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var unitPrice)
            || unitPrice > MaxUnitPrice
            || decimal.Round(unitPrice, 2) != unitPrice)
        {
            return Reject(line, 4, "must be a number from 0 to 99999999.99 with at most 2 decimals after a point");
        }

        sale = new SalesLine(line, soldOn, value[1], value[2], quantity, unitPrice);
        return true;
    }

    private bool Reject(int line, int column, string reason)
    {
        if (_errors.Count < MaxErrors)
        {
            _errors.Add(new ImportError(line, Columns[column], reason));
        }

        return false;
    }

    private static bool IsName(string text) => text.Length is > 0 and <= MaxNameLength && !text.Any(character => char.IsControl(character) && character is not ('\r' or '\n' or '\t'));
}
