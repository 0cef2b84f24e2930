using StackExchange.Redis;

namespace Forge.Jobs;

/// <summary>The message that names jobs which changed: their ids, 16 bytes each.</summary>
internal static class ChangeMessage
{
    private const int IdLength = 16;

    public static RedisValue Of(IReadOnlyCollection<Guid> ids)
    {
        var message = new byte[ids.Count * IdLength];
        var position = 0;
        foreach (var id in ids)
        {
            id.TryWriteBytes(message.AsSpan(position));
            position += IdLength;
        }

        return message;
    }

    public static bool Names(RedisValue message, Guid id)
    {
        ReadOnlySpan<byte> bytes = ((ReadOnlyMemory<byte>)message).Span;
        Span<byte> wanted = stackalloc byte[IdLength];
        id.TryWriteBytes(wanted);
        for (; bytes.Length >= IdLength; bytes = bytes[IdLength..])
        {
            if (bytes.StartsWith(wanted))
            {
                return true;
            }
        }

        return false;
    }
}
