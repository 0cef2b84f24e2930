using System.Buffers;
using System.IO.Pipelines;
using System.Text;

namespace Forge.Sandbox.Mail;

/// <summary>Lines in, replies out, over one connection; neither may take longer than the idle time.</summary>
internal sealed class SmtpConnection : IDisposable
{
    // RFC 5321, 4.5.3.1 asks for 512 octets of command line and lets extensions add to it.
    private const int MaxLineBytes = 2_048;
    private const int MaxDroppedBytes = 1_024 * 1_024;

    private readonly IDuplexPipe _transport;
    private readonly TimeSpan _idleTimeout;
    private readonly CancellationTokenSource _idle;
    private readonly CancellationTokenSource _either;

    public SmtpConnection(IDuplexPipe transport, TimeSpan idleTimeout, TimeProvider timeProvider, CancellationToken stopping)
    {
        _transport = transport;
        _idleTimeout = idleTimeout;
        _idle = new CancellationTokenSource(Timeout.InfiniteTimeSpan, timeProvider);
        _either = CancellationTokenSource.CreateLinkedTokenSource(_idle.Token, stopping);
    }

    public bool IsIdle => _idle.IsCancellationRequested;

    public async ValueTask<SmtpLine> ReadLineAsync()
    {
        for (var dropped = 0L; dropped <= MaxDroppedBytes;)
        {
            var read = await ReadAsync();
            var buffer = read.Buffer;
            if (buffer.PositionOf((byte)'\n') is { } end)
            {
                var bytes = buffer.Slice(0, end);
                var line = dropped + bytes.Length > MaxLineBytes ? new SmtpLine(SmtpLineKind.TooLong) : SmtpLine.Decode(bytes);
                _transport.Input.AdvanceTo(buffer.GetPosition(1, end));
                return line;
            }

            if (read.IsCompleted)
            {
                break;
            }

            var isTooLong = buffer.Length > MaxLineBytes;
            dropped += isTooLong ? buffer.Length : 0;
            _transport.Input.AdvanceTo(isTooLong ? buffer.End : buffer.Start, buffer.End);
        }

        return new SmtpLine(SmtpLineKind.Disconnected);
    }

    /// <returns>False when the client went away before the end of the message.</returns>
    public async ValueTask<bool> ReadMessageAsync(DotUnstuffer unstuffer)
    {
        while (true)
        {
            var read = await ReadAsync();
            var taken = 0L;
            foreach (var segment in read.Buffer)
            {
                taken += unstuffer.Read(segment.Span);
            }

            _transport.Input.AdvanceTo(read.Buffer.GetPosition(taken));
            if (unstuffer.IsComplete || read.IsCompleted)
            {
                return unstuffer.IsComplete;
            }
        }
    }

    public async ValueTask ReplyAsync(string reply)
    {
        Say(reply);
        _idle.CancelAfter(_idleTimeout);
        await _transport.Output.FlushAsync(_either.Token);
        _idle.CancelAfter(Timeout.InfiniteTimeSpan);
    }

    /// <summary>For a last word: it goes out when the connection is closed, if the client still reads.</summary>
    public void Say(string reply) => Encoding.ASCII.GetBytes($"{reply}\r\n", _transport.Output);

    public void Dispose()
    {
        _either.Dispose();
        _idle.Dispose();
    }

    private async ValueTask<ReadResult> ReadAsync()
    {
        _idle.CancelAfter(_idleTimeout);
        var read = await _transport.Input.ReadAsync(_either.Token);
        _idle.CancelAfter(Timeout.InfiniteTimeSpan);
        return read;
    }
}
