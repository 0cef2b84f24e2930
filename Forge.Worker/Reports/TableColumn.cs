using Forge.Data.Sales;

namespace Forge.Worker.Reports;

internal enum TextAlignment
{
    Left,
    Right,
}

/// <summary>
/// A column of the report's table; <paramref name="Edge"/> is where its text starts or, right-aligned, ends, in points. A text that is wider than
/// <paramref name="Width"/> is cut.
/// </summary>
internal sealed record TableColumn(
    string Title, double Edge, TextAlignment Alignment, Func<SalesRow, string> Text, double Width = double.PositiveInfinity);
