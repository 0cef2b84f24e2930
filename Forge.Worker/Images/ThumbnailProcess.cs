using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;
using Forge.Jobs;
using Microsoft.Extensions.Options;

namespace Forge.Worker.Images;

/// <summary>Makes thumbnails in processes of their own: whatever an image does to its decoder, this worker and its other jobs do not notice.</summary>
internal sealed partial class ThumbnailProcess(IOptions<ImageOptions> options, TimeProvider timeProvider, ILogger<ThumbnailProcess> logger) : IDisposable
{
    private const int MaxOutputBytes = 4 * 1024 * 1024; // far more than any picture of 320 x 320
    private const int MaxReasonLength = 2_000;
    private const int BufferBytes = 64 * 1024;

    private static readonly string Executable = Path.ChangeExtension(typeof(ThumbnailProcess).Assembly.Location, OperatingSystem.IsWindows() ? ".exe" : null);
    private static readonly string DotnetRoot = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", ".."));

    private readonly SemaphoreSlim _places = new(options.Value.Concurrency);

    /// <exception cref="DoNotRetryException">The image cannot be used.</exception>
    /// <exception cref="InvalidOperationException">The process crashed.</exception>
    /// <exception cref="TimeoutException">It took too long.</exception>
    public async Task<byte[]> MakeAsync(Stream image, CancellationToken cancellationToken)
    {
        await _places.WaitAsync(cancellationToken);
        try
        {
            using var process = Start();
            try
            {
                return await TalkAsync(process, image, cancellationToken);
            }
            finally
            {
                process.Kill(); // does nothing to one that has ended
            }
        }
        finally
        {
            _places.Release();
        }
    }

    public void Dispose() => _places.Dispose();

    private static Process Start()
    {
        var start = new ProcessStartInfo(Executable, [ThumbnailProgram.Argument])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };

        // It needs none of the worker's connection strings.
        start.Environment.Clear();
        start.Environment["DOTNET_ROOT"] = DotnetRoot;
        start.Environment["DOTNET_gcServer"] = "0";
        start.Environment["DOTNET_GCHeapHardLimit"] = "0x8000000"; // 128 MB: the image as it came, twice, and little else
        start.Environment["DOTNET_EnableDiagnostics"] = "0";
        start.Environment["DOTNET_SYSTEM_GLOBALIZATION_INVARIANT"] = "1";
        return Process.Start(start) ?? throw new InvalidOperationException($"'{Executable}' could not be started.");
    }

    private async Task<byte[]> TalkAsync(Process process, Stream image, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(options.Value.Timeout, timeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        try
        {
            var output = ReadAsync(process.StandardOutput.BaseStream, MaxOutputBytes, either.Token);
            var reason = ReadAsync(process.StandardError.BaseStream, MaxOutputBytes, either.Token);
            await SendAsync(image, process.StandardInput.BaseStream, either.Token);
            await process.WaitForExitAsync(either.Token);
            return process.ExitCode switch
            {
                0 => await output,
                ThumbnailProgram.Refused => throw new DoNotRetryException(Text(await reason)),
                var code => throw Crashed(code, Text(await reason)),
            };
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"The image took longer than {options.Value.Timeout.TotalSeconds} s to decode.");
        }
    }

    /// <summary>What it wrote as it died is for the log: the job's error is the uploader's to read, and has no use for a stack trace with the paths of this machine.</summary>
    private InvalidOperationException Crashed(int exitCode, string lastWords)
    {
        DecoderCrashed(exitCode, lastWords);
        return new InvalidOperationException($"The image decoder crashed (exit code {exitCode}).");
    }

    private static async Task SendAsync(Stream image, Stream input, CancellationToken cancellationToken)
    {
        await using (input)
        {
            var buffer = new byte[BufferBytes];
            while (await image.ReadAsync(buffer, cancellationToken) is > 0 and var count)
            {
                try
                {
                    await input.WriteAsync(buffer.AsMemory(0, count), cancellationToken);
                }
                catch (IOException)
                {
                    return; // It ended before it had read everything; its exit code says why.
                }
            }
        }
    }

    private static async Task<byte[]> ReadAsync(Stream stream, int maxBytes, CancellationToken cancellationToken)
    {
        using var content = new MemoryStream();
        var buffer = new byte[BufferBytes];
        while (await stream.ReadAsync(buffer, cancellationToken) is > 0 and var count)
        {
            await content.WriteAsync(buffer.AsMemory(0, Math.Min(count, maxBytes - (int)content.Length)), cancellationToken);
        }

        return content.ToArray();
    }

    private static string Text(byte[] bytes)
    {
        var text = Encoding.UTF8.GetString(bytes).Trim();
        return text.Length > MaxReasonLength ? text[..MaxReasonLength] : text;
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "An image decoder crashed (exit code {ExitCode}): {LastWords}")]
    private partial void DecoderCrashed(int exitCode, string lastWords);
}
