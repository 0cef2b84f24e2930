using Npgsql;

namespace Forge.Jobs;

/// <summary>A file that a job produced. It holds a database connection until it is disposed.</summary>
public sealed class JobResultFile : IAsyncDisposable
{
    private readonly NpgsqlConnection _connection;
    private readonly NpgsqlDataReader _reader;

    internal JobResultFile(NpgsqlConnection connection, NpgsqlDataReader reader, Stream content, long length, string contentType, string fileName)
    {
        _connection = connection;
        _reader = reader;
        Content = content;
        Length = length;
        ContentType = contentType;
        FileName = fileName;
    }

    /// <summary>The bytes, to be read once, forward.</summary>
    public Stream Content { get; }

    /// <summary>How many bytes.</summary>
    public long Length { get; }

    /// <summary>The media type.</summary>
    public string ContentType { get; }

    /// <summary>The name for a download.</summary>
    public string FileName { get; }

    /// <summary>Gives the connection back.</summary>
    public async ValueTask DisposeAsync()
    {
        await Content.DisposeAsync();
        await _reader.DisposeAsync();
        await _connection.DisposeAsync();
    }
}
