namespace Forge.Data.Sales;

public sealed record SalesRow(long Id, DateOnly SoldOn, string Region, string Product, int Quantity, decimal UnitPrice)
{
    public decimal Amount => Quantity * UnitPrice;
}
