namespace Forge.Api.Uploads;

/// <summary>A file that has arrived in full, on disk until it is disposed of, with the SHA-256 of its content.</summary>
internal sealed class ReceivedFile : IAsyncDisposable
{
    private readonly UploadDisk _disk;
    private long _taken;

    private ReceivedFile(FileStream content, UploadDisk disk)
    {
        Content = content;
        _disk = disk;
    }

    public FileStream Content { get; }

    public byte[] Hash { get; set; } = [];

    public static ReceivedFile Create(UploadDisk disk)
    {
        var path = Path.Combine(Path.GetTempPath(), $"forge-upload-{Guid.NewGuid():N}");
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.ReadWrite,
            Share = FileShare.Delete,
            BufferSize = 0,
            Options = FileOptions.Asynchronous | FileOptions.DeleteOnClose,
        };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        var file = new ReceivedFile(new FileStream(path, options), disk);

        // Without a name from now on: a process that is killed leaves nothing behind.
        File.Delete(path);
        return file;
    }

    /// <summary>Returns false when all uploads together have as much on disk as they may.</summary>
    /// <exception cref="InvalidOperationException">The disk did not take it: not the sender's fault, as an <see cref="IOException"/> on this way would be.</exception>
    public async Task<bool> TryAppendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        if (!_disk.TryTake(bytes.Length))
        {
            return false;
        }

        _taken += bytes.Length;
        try
        {
            await Content.WriteAsync(bytes, cancellationToken);
            return true;
        }
        catch (IOException exception)
        {
            throw new InvalidOperationException("The upload could not be written to the folder for temporary files.", exception);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Content.DisposeAsync();
        _disk.Return(Interlocked.Exchange(ref _taken, 0));
    }
}
