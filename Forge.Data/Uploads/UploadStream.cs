using Npgsql;

namespace Forge.Data.Uploads;

/// <summary>Reads a stored file piece by piece.</summary>
internal sealed class UploadStream(NpgsqlDataSource dataSource, Upload upload) : Stream
{
    private ReadOnlyMemory<byte> _chunk;
    private int _nextChunk;
    private long _position;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => upload.Length;

    /// <summary>How many bytes have been read.</summary>
    public override long Position
    {
        get => _position;
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_chunk.IsEmpty && _position < upload.Length)
        {
            _chunk = await ReadChunkAsync(cancellationToken);
        }

        var count = Math.Min(buffer.Length, _chunk.Length);
        _chunk[..count].CopyTo(buffer);
        _chunk = _chunk[count..];
        _position += count;
        return count;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Read it asynchronously.");

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    private async Task<byte[]> ReadChunkAsync(CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand("select content from upload_chunks where upload_id = @id and position = @position");
        command.Parameters.Add(new("id", upload.Id));
        command.Parameters.Add(new("position", _nextChunk++));
        return await command.ExecuteScalarAsync(cancellationToken) as byte[]
            ?? throw new EndOfStreamException("The upload was deleted while it was read.");
    }
}
