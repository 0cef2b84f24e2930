using System.Buffers;
using System.Security.Cryptography;
using Forge.Api.Problems;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace Forge.Api.Uploads;

/// <summary>Reads the one file of a <c>multipart/form-data</c> body to disk, a piece at a time. Names and content types of parts mean nothing.</summary>
internal sealed class UploadReader(UploadDisk disk)
{
    /// <summary>What a body may be longer than its file: boundaries, headers and small fields around it.</summary>
    public const long Overhead = 64 * 1024;

    private const int MaxBoundaryLength = 70; // RFC 2046
    private const int MaxHeaders = 16;
    private const int MaxHeaderBytes = 8 * 1024;
    private const int BufferBytes = 64 * 1024;

    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(5);

    /// <exception cref="BadHttpRequestException">The body is larger than the route takes, or the caller went away.</exception>
    public async Task<UploadReadResult> ReadAsync(HttpRequest request, long maxBytes, CancellationToken cancellationToken)
    {
        if (BoundaryOf(request) is not { } boundary)
        {
            return Refuse("Send the file as multipart/form-data with a boundary.", StatusCodes.Status415UnsupportedMediaType);
        }

        // One that says its length is refused before it is sent in vain. One that is too large in any case is told that.
        if (!disk.HasRoomFor(Math.Min(request.ContentLength ?? 0, maxBytes)))
        {
            return RefuseForLackOfRoom(request);
        }

        var file = ReceivedFile.Create(disk);
        UploadReadResult? result = null;
        try
        {
            return result = await ReadPartsAsync(request, boundary, file, maxBytes, cancellationToken);
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

    private static async Task<UploadReadResult> ReadPartsAsync(HttpRequest request, string boundary, ReceivedFile file, long maxBytes, CancellationToken cancellationToken)
    {
        var parts = new MultipartReader(boundary, request.Body) { HeadersCountLimit = MaxHeaders, HeadersLengthLimit = MaxHeaderBytes };
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

            switch (await CopyAsync(part.Body, file, maxBytes, cancellationToken))
            {
                case CopyResult.TooLarge:
                    return Refuse($"The file is larger than {maxBytes / (1024 * 1024)} MB. Send a smaller one.", StatusCodes.Status413PayloadTooLarge);
                case CopyResult.NoRoom:
                    return RefuseForLackOfRoom(request);
            }
        }

        return (files, file.Content.Length) switch
        {
            (0, _) => Refuse("Send exactly one file; there is none. A part counts as a file when it has a file name.", StatusCodes.Status400BadRequest),
            (_, 0) => Refuse("The file is empty.", StatusCodes.Status400BadRequest),
            _ => new UploadReadResult.Received(file),
        };
    }

    private static async Task<CopyResult> CopyAsync(Stream part, ReceivedFile file, long maxBytes, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            while (await part.ReadAsync(buffer, cancellationToken) is > 0 and var count)
            {
                if (file.Content.Length + count > maxBytes)
                {
                    return CopyResult.TooLarge;
                }

                hash.AppendData(buffer, 0, count);
                if (!await file.TryAppendAsync(buffer.AsMemory(0, count), cancellationToken))
                {
                    return CopyResult.NoRoom;
                }
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        file.Content.Position = 0;
        file.Hash = hash.GetHashAndReset();
        return CopyResult.Complete;
    }

    private static string? BoundaryOf(HttpRequest request) =>
        MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
        && type.MediaType.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase)
        && HeaderUtilities.RemoveQuotes(type.Boundary) is { Length: > 0 and <= MaxBoundaryLength, Value: { } boundary }
            ? boundary
            : null;

    private static UploadReadResult.Refused RefuseForLackOfRoom(HttpRequest request)
    {
        request.HttpContext.Response.SetRetryAfter(RetryAfter);
        return Refuse("Too many files are on their way in. Send this one again after the time that Retry-After says.", StatusCodes.Status503ServiceUnavailable);
    }

    private static UploadReadResult.Refused Refuse(string detail, int status) => new(TypedResults.Problem(detail, statusCode: status));

    private enum CopyResult
    {
        Complete,
        TooLarge,
        NoRoom,
    }
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
