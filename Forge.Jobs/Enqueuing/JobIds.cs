namespace Forge.Jobs;

/// <summary>Ids of new jobs: UUIDs of version 7 that rise within this process also where the clock stands still, so that jobs enqueued together stay in their order.</summary>
internal sealed class JobIds(TimeProvider time)
{
    private const int Counters = 1 << 12;
    private readonly Lock _gate = new();
    private long _millisecond;
    private int _counter;

    public Guid Next()
    {
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        lock (_gate)
        {
            if (now > _millisecond)
            {
                (_millisecond, _counter) = (now, 0);
            }
            else if (++_counter == Counters)
            {
                // Ahead of the clock by a little, rather than out of order.
                (_millisecond, _counter) = (_millisecond + 1, 0);
            }

            return Create(_millisecond, _counter);
        }
    }

    /// <summary>RFC 9562, section 6.2, method 1: the counter takes the place of the random bits that follow the version.</summary>
    private static Guid Create(long millisecond, int counter)
    {
        Span<byte> bytes = stackalloc byte[16];
        Guid.CreateVersion7(DateTimeOffset.FromUnixTimeMilliseconds(millisecond)).TryWriteBytes(bytes, bigEndian: true, out _);
        bytes[6] = (byte)(0x70 | (counter >> 8));
        bytes[7] = (byte)counter;
        return new Guid(bytes, bigEndian: true);
    }
}
