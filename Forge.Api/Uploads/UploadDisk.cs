using Microsoft.Extensions.Options;

namespace Forge.Api.Uploads;

/// <summary>The temporary disk space of all uploads together. It is taken as the bytes arrive, so a slow sender keeps nobody else from what it has not sent yet.</summary>
internal sealed class UploadDisk(IOptions<UploadOptions> options)
{
    private readonly long _max = options.Value.MaxDiskBytes;
    private long _taken;

    public bool HasRoomFor(long bytes) => Volatile.Read(ref _taken) + bytes <= _max;

    public bool TryTake(long bytes)
    {
        if (Interlocked.Add(ref _taken, bytes) <= _max)
        {
            return true;
        }

        Return(bytes);
        return false;
    }

    public void Return(long bytes) => Interlocked.Add(ref _taken, -bytes);
}
