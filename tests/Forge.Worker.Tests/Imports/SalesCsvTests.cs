using System.Text;
using Forge.Jobs;
using Forge.Worker.Imports;

namespace Forge.Worker.Tests.Imports;

public sealed class SalesCsvTests
{
    private const string Header = "sold_on,region,product,quantity,unit_price";

    private static readonly string[] Pieces = ["North", "Ö", "鉄", "🔨", "\"", "\"\"", ",", " ", "\t", "\n", "\r\n", "\r", "27", "x"];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    // Whatever the values hold, what was written as CSV is read back, in any writer's style.
    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task Read_OfAnyValuesThatAreQuoted_GivesThemBack(int seed)
    {
        var random = new Random(seed);
        var names = Enumerable.Range(0, 30).Select(_ => (Region: Name(random), Product: Name(random))).ToList();
        var lineEnd = random.GetItems(["\n", "\r\n", "\r"], 1)[0];
        var csv = new StringBuilder(Header).Append(lineEnd);
        foreach (var (region, product) in names)
        {
            csv.Append("2025-01-31,").Append(Quote(region, random)).Append(',').Append(Quote(product, random)).Append(",1,1").Append(lineEnd);
        }

        var (sales, result) = await ReadAsync(csv.ToString());

        Assert.Equal((names.Count, 0), (result.Rows, result.Rejected));
        Assert.Equal(names.Select(name => (name.Region.Trim(), name.Product.Trim())), sales.Select(sale => (sale.Region, sale.Product)));
    }

    // One character put in, taken out or changed anywhere: each row is stored or rejected, or the file is refused. A row is a line here.
    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task Read_OfAFileWithOneFault_CountsEveryRow(int seed)
    {
        const int Rows = 50;
        var random = new Random(seed);
        var lines = Enumerable.Range(0, Rows).Select(_ => $"2025-01-31,{(random.Next(3) == 0 ? "\"North, \"\"east\"\"\"" : "North")},{(random.Next(3) == 0 ? "Wheel 27\"" : "Anvil")},1,1\n");
        var csv = Header + "\n" + string.Concat(lines);
        for (var round = 0; round < 200; round++)
        {
            var at = random.Next(Header.Length + 1, csv.Length);
            var faulty = random.Next(3) switch
            {
                0 => csv.Insert(at, "\""),
                1 => csv[at] == '\n' ? csv : csv.Remove(at, 1),
                _ => csv[at] == '\n' ? csv : string.Concat(csv.AsSpan(0, at), "\"", csv.AsSpan(at + 1)),
            };
            try
            {
                var (_, result) = await ReadAsync(faulty);
                Assert.Equal(Rows, result.Rows + result.Rejected);
            }
            catch (DoNotRetryException refusal)
            {
                Assert.Contains("line", refusal.Message, StringComparison.Ordinal);
            }
        }
    }

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 20)];

    private static string Name(Random random) => "a" + string.Concat(random.GetItems(Pieces, random.Next(8))) + "z";

    private static string Quote(string name, Random random)
    {
        var quoted = "\"" + name.Replace("\"", "\"\"", StringComparison.Ordinal) + "\"";
        return random.Next(3) switch { 0 => " " + quoted, 1 => quoted + "\t ", _ => quoted };
    }

    private static async Task<(List<SalesLine> Sales, ImportResult Result)> ReadAsync(string text)
    {
        using var content = new MemoryStream(Encoding.UTF8.GetBytes(text));
        var csv = new SalesCsv(content);
        var sales = await csv.ReadAsync(Cancellation).ToListAsync(Cancellation);
        return (sales, csv.Result);
    }
}
