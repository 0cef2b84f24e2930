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

    public static IEnumerable<Guid> Read(RedisValue message)
    {
        var bytes = (ReadOnlyMemory<byte>)message;
        for (; bytes.Length >= IdLength; bytes = bytes[IdLength..])
        {
            yield return new Guid(bytes.Span[..IdLength]);
        }
    }
}
