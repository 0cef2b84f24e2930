using Npgsql;

namespace Forge.Jobs;

/// <summary>Reads a file that a job produced piece by piece. Between the pieces it holds no connection, so slow readers cost none.</summary>
internal sealed class JobResultStream(NpgsqlDataSource dataSource, Guid jobId, long length, ReadOnlyMemory<byte> firstPiece) : Stream
{
    /// <summary>What a download copies at once. Small enough to be short-lived memory.</summary>
    public const int PieceBytes = 64 * 1024;

    private ReadOnlyMemory<byte> _piece = firstPiece;
    private long _position;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => length;

    public override long Position
    {
        get => _position;
        set => throw new NotSupportedException();
    }

    /// <exception cref="EndOfStreamException">The job was deleted meanwhile, with its result.</exception>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_piece.IsEmpty && _position < length)
        {
            _piece = await ReadPieceAsync(cancellationToken);
        }

        var count = Math.Min(buffer.Length, _piece.Length);
        _piece[..count].CopyTo(buffer);
        _piece = _piece[count..];
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

    private async Task<byte[]> ReadPieceAsync(CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand("select substring(content from @from for @bytes) from jobs.result_file where job_id = @id");
        command.Parameters.Add(new("id", jobId));
        command.Parameters.Add(new("from", (int)_position + 1));
        command.Parameters.Add(new("bytes", PieceBytes));
        return await command.ExecuteScalarAsync(cancellationToken) as byte[]
            ?? throw new EndOfStreamException("The job was deleted while its result was read.");
    }
}
