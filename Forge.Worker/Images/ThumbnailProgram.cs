namespace Forge.Worker.Images;

/// <summary>What the worker's executable is when it is started with <see cref="Argument"/>: an image on standard input, its thumbnail on standard output.</summary>
internal static class ThumbnailProgram
{
    public const string Argument = "--thumbnail";

    /// <summary>The exit code for an image that cannot be used; standard error says why. Any other but 0 is a crash.</summary>
    public const int Refused = 3;

    public static int Run()
    {
        ProcessLimits.Lower();
        try
        {
            using var input = Console.OpenStandardInput();
            using var content = new MemoryStream();
            input.CopyTo(content);
            using var thumbnail = Thumbnail.Make(content.ToArray());
            using var output = Console.OpenStandardOutput();
            thumbnail.SaveTo(output);
            return 0;
        }
        catch (ImageRefusedException exception)
        {
            Console.Error.Write(exception.Message);
            return Refused;
        }
    }
}
