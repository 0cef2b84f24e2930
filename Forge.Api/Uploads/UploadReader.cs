using System.Buffers;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace Forge.Api.Uploads;

/// <summary>Reads the one file of a <c>multipart/form-data</c> body to disk, a piece at a time. Names and content types of parts mean nothing.</summary>
internal static class UploadReader
{
    /// <summary>What a body may be longer than its file: boundaries, headers and small fields around it.</summary>
    public const long Overhead = 64 * 1024;

    private const int MaxBoundaryLength = 70; // RFC 2046
    private const int MaxHeaders = 16;
    private const int MaxHeaderBytes = 8 * 1024;
    private const int BufferBytes = 64 * 1024;

    /// <exception cref="BadHttpRequestException">The body is larger than the route takes, or the caller went away.</exception>
    public static async Task<UploadReadResult> ReadAsync(HttpRequest request, long maxBytes, CancellationToken cancellationToken)
    {
        if (BoundaryOf(request) is not { } boundary)
        {
            return Refuse("Send the file as multipart/form-data with a boundary.", StatusCodes.Status415UnsupportedMediaType);
        }

        var file = ReceivedFile.Create();
        UploadReadResult? result = null;
        try
        {
            return result = await ReadPartsAsync(new MultipartReader(boundary, request.Body) { HeadersCountLimit = MaxHeaders, HeadersLengthLimit = MaxHeaderBytes }, file, maxBytes, cancellationToken);
        }
        catch (Exception exception) when (exception is InvalidDataException or IOException and not BadHttpRequestException)
        {
            return Refuse("The body is not well-formed multipart/form-data: it ends early, or the headers of a part are malformed or too long.", StatusCodes.Status400BadRequest);
        }
        finally
        {
            if (result is not UploadReadResult.Received)
            {
                await file.DisposeAsync();
            }
        }
    }

    private static async Task<UploadReadResult> ReadPartsAsync(MultipartReader parts, ReceivedFile file, long maxBytes, CancellationToken cancellationToken)
    {
        var files = 0;
        while (await parts.ReadNextSectionAsync(cancellationToken) is { } part)
        {
            if (!ContentDispositionHeaderValue.TryParse(part.ContentDisposition, out var disposition) || !disposition.IsFileDisposition())
            {
                continue;
            }

            if (++files > 1)
            {
                return Refuse("Send exactly one file; there are more.", StatusCodes.Status400BadRequest);
            }

            if (!await TryCopyAsync(part.Body, file, maxBytes, cancellationToken))
            {
                return Refuse($"The file is larger than {maxBytes / (1024 * 1024)} MB. Send a smaller one.", StatusCodes.Status413PayloadTooLarge);
            }
        }

        return (files, file.Content.Length) switch
        {
            (0, _) => Refuse("Send exactly one file; there is none. A part counts as a file when it has a file name.", StatusCodes.Status400BadRequest),
            (_, 0) => Refuse("The file is empty.", StatusCodes.Status400BadRequest),
            _ => new UploadReadResult.Received(file),
        };
    }

    private static async Task<bool> TryCopyAsync(Stream part, ReceivedFile file, long maxBytes, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            while (await part.ReadAsync(buffer, cancellationToken) is > 0 and var count)
            {
                if (file.Content.Length + count > maxBytes)
                {
                    return false;
                }

                hash.AppendData(buffer, 0, count);
                await file.AppendAsync(buffer.AsMemory(0, count), cancellationToken);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        file.Content.Position = 0;
        file.Hash = hash.GetHashAndReset();
        return true;
    }

    private static string? BoundaryOf(HttpRequest request) =>
        MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
        && type.MediaType.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase)
        && HeaderUtilities.RemoveQuotes(type.Boundary) is { Length: > 0 and <= MaxBoundaryLength, Value: { } boundary }
            ? boundary
            : null;

    private static UploadReadResult.Refused Refuse(string detail, int status) => new(TypedResults.Problem(detail, statusCode: status));
}

/// <summary>What became of a body that should hold one file.</summary>
internal abstract record UploadReadResult
{
    private UploadReadResult()
    {
    }

    /// <summary>The file is here; whoever gets it disposes of it.</summary>
    public sealed record Received(ReceivedFile File) : UploadReadResult;

    /// <summary>What was wrong, ready to be sent.</summary>
    public sealed record Refused(ProblemHttpResult Problem) : UploadReadResult;
}
