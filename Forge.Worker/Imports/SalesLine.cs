namespace Forge.Worker.Imports;

/// <summary>A row of a CSV file that is fit to be stored. <c>Line</c> is where it begins in the file, from 1.</summary>
internal sealed record SalesLine(int Line, DateOnly SoldOn, string Region, string Product, int Quantity, decimal UnitPrice);
