namespace Forge.Jobs;

/// <summary>A file that a job produced. It is read from Postgres in pieces and holds no connection between them.</summary>
public sealed class JobResultFile : IAsyncDisposable
{
    internal JobResultFile(Stream content, long length, string contentType, string fileName)
    {
        Content = content;
        Length = length;
        ContentType = contentType;
        FileName = fileName;
    }

    /// <summary>The bytes, to be read once, forward, asynchronously.</summary>
    /// <remarks>When the job is deleted meanwhile, reading on throws an <see cref="EndOfStreamException"/>.</remarks>
    public Stream Content { get; }

    /// <summary>How many bytes.</summary>
    public long Length { get; }

    /// <summary>The media type.</summary>
    public string ContentType { get; }

    /// <summary>The name for a download.</summary>
    public string FileName { get; }

    /// <summary>Ends reading.</summary>
    public ValueTask DisposeAsync() => Content.DisposeAsync();
}
