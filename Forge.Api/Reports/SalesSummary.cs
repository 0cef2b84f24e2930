using Forge.Data.Sales;

namespace Forge.Api.Reports;

/// <summary>Adds up sales by region and product while they are read.</summary>
internal sealed class SalesSummary
{
    private readonly Dictionary<(string Region, string Product), SalesTotal> _totals = [];

    public int Rows { get; private set; }

    public IReadOnlyList<SalesTotal> Totals =>
        [.. _totals.Values.OrderBy(total => total.Region, StringComparer.Ordinal).ThenBy(total => total.Product, StringComparer.Ordinal)];

    public void Add(SalesRow row)
    {
        var key = (row.Region, row.Product);
        var total = _totals.GetValueOrDefault(key) ?? new SalesTotal(row.Region, row.Product, 0, 0);
        _totals[key] = total with { Quantity = total.Quantity + row.Quantity, Amount = total.Amount + row.Amount };
        Rows++;
    }
}

internal sealed record SalesTotal(string Region, string Product, long Quantity, decimal Amount);
