namespace Forge.Sandbox.Mail;

/// <summary>
/// Reads what follows DATA: ends at CRLF "." CRLF and takes the dot away from lines that begin with one (RFC 5321, 4.5.2).
/// Only CRLF ends a line. A server that took a lone LF for one would see the end of a message where others see text.
/// </summary>
internal sealed class DotUnstuffer(MemoryStream message, int maxBytes)
{
    private State _state = State.LineStart;

    public bool IsComplete => _state == State.End;

    /// <summary>The rest of such a message is read and dropped.</summary>
    public bool IsTooLarge { get; private set; }

    /// <returns>How many bytes belong to the message; fewer than given only when it is complete.</returns>
    public int Read(ReadOnlySpan<byte> bytes)
    {
        var position = 0;
        while (position < bytes.Length && !IsComplete)
        {
            if (_state == State.Text)
            {
                var rest = bytes[position..];
                var length = rest.IndexOf((byte)'\r') is var end and >= 0 ? end : rest.Length;
                Keep(rest[..length]);
                position += length;
                if (length == rest.Length)
                {
                    break;
                }
            }

            _state = Step(bytes[position++]);
        }

        return position;
    }

    private State Step(byte value)
    {
        switch (_state, value)
        {
            case (State.LineStart, (byte)'.'):
                return State.Dot;
            case (State.Dot, (byte)'\r'):
                return State.DotCr;
            case (State.DotCr, (byte)'\n'):
                return State.End;
            case (State.DotCr, _):
                Keep("\r"u8);
                break;
        }

        Keep([value]);
        return value switch
        {
            (byte)'\r' => State.Cr,
            (byte)'\n' when _state == State.Cr => State.LineStart,
            _ => State.Text,
        };
    }

    private void Keep(ReadOnlySpan<byte> bytes)
    {
        IsTooLarge |= message.Length + bytes.Length > maxBytes;
        if (!IsTooLarge)
        {
            message.Write(bytes);
        }
    }

    private enum State
    {
        LineStart,
        Dot,
        DotCr,
        Text,
        Cr,
        End,
    }
}
