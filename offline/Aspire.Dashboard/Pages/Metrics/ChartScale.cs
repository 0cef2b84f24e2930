using System.Globalization;
using System.Text;

namespace Aspire.Dashboard.Pages.Metrics;

/// <summary>The height of a chart: from zero (or below, where values are) to a round number, in four steps.</summary>
internal sealed class ChartScale
{
    /// <summary>The picture's own width and height; it is stretched to the room there is.</summary>
    public const int Width = 600;

    /// <summary>See <see cref="Width"/>.</summary>
    public const int Height = 200;

    private const int StepCount = 4;

    private readonly double _low;
    private readonly double _step;

    public ChartScale(double highest, double lowest)
    {
        _step = Round((Math.Max(0, highest) - Math.Min(0, lowest)) / StepCount);
        _low = lowest < 0 ? Math.Floor(lowest / _step) * _step : 0;
    }

    /// <summary>The values that are written beside the chart, the highest first.</summary>
    public IEnumerable<double> Ticks => Enumerable.Range(0, StepCount + 1).Select(step => _low + (_step * (StepCount - step)));

    /// <summary>The path of a line, in pieces where values are missing.</summary>
    public string Path(IReadOnlyList<double?> values)
    {
        var path = new StringBuilder();
        for (var step = 0; step < values.Count; step++)
        {
            if (values[step] is { } value && !IsAlone(values, step))
            {
                Append(path, step > 0 && values[step - 1] is not null ? 'L' : 'M', step, values.Count, value);
            }
        }

        return path.ToString();
    }

    /// <summary>The values that stand alone, where a line would have no length.</summary>
    public string Dots(IReadOnlyList<double?> values)
    {
        var path = new StringBuilder();
        for (var step = 0; step < values.Count; step++)
        {
            if (values[step] is { } value && IsAlone(values, step))
            {
                Append(path, 'M', step, values.Count, value);
                path.Append("h0");
            }
        }

        return path.ToString();
    }

    private static bool IsAlone(IReadOnlyList<double?> values, int step) =>
        (step == 0 || values[step - 1] is null) && (step + 1 == values.Count || values[step + 1] is null);

    private void Append(StringBuilder path, char command, int step, int count, double value)
    {
        var x = Width * (step + 1.0) / count;
        var y = Height * (1 - ((value - _low) / (_step * StepCount)));
        path.Append(CultureInfo.InvariantCulture, $"{command}{x:0.##} {y:0.##}");
    }

    private static double Round(double step)
    {
        if (step <= 0 || !double.IsFinite(step))
        {
            return 0.25;
        }

        var unit = Math.Pow(10, Math.Floor(Math.Log10(step)));
        return (step / unit) switch
        {
            <= 1 => unit,
            <= 2 => 2 * unit,
            <= 2.5 => 2.5 * unit,
            <= 5 => 5 * unit,
            _ => 10 * unit,
        };
    }
}
