namespace Aspire.Dashboard.Resources;

/// <summary>Brings the 256 and the 16 million colours of terminals down to the sixteen.</summary>
internal static class AnsiPalette
{
    private static readonly (int Red, int Green, int Blue)[] Sixteen =
    [
        (0, 0, 0), (205, 0, 0), (0, 205, 0), (205, 205, 0), (0, 0, 238), (205, 0, 205), (0, 205, 205), (229, 229, 229),
        (127, 127, 127), (255, 0, 0), (0, 255, 0), (255, 255, 0), (92, 92, 255), (255, 0, 255), (0, 255, 255), (255, 255, 255),
    ];

    /// <summary>Reads what follows 38 or 48: <c>5;n</c> or <c>2;r;g;b</c>. Null when it is neither.</summary>
    public static int? Read(ReadOnlySpan<int> codes, out int used)
    {
        switch (codes)
        {
            case [5, var index, ..]:
                used = 2;
                return index > 255 ? null : Nearest(index);
            case [2, var red, var green, var blue, ..]:
                used = 4;
                return Nearest((red, green, blue));
            default:
                used = codes.Length;
                return null;
        }
    }

    private static int Nearest(int index) => index switch
    {
        < 16 => index,
        < 232 => Nearest((Step((index - 16) / 36), Step((index - 16) / 6 % 6), Step((index - 16) % 6))),
        _ => Nearest((8 + ((index - 232) * 10), 8 + ((index - 232) * 10), 8 + ((index - 232) * 10))),
    };

    // The steps of the cube of 6 × 6 × 6 colours.
    private static int Step(int level) => level == 0 ? 0 : 55 + (level * 40);

    private static int Nearest((int Red, int Green, int Blue) color) =>
        Enumerable.Range(0, Sixteen.Length).MinBy(index => Square(Sixteen[index].Red - color.Red) + Square(Sixteen[index].Green - color.Green) + Square(Sixteen[index].Blue - color.Blue));

    private static int Square(int difference) => difference * difference;
}
