using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Forge.PostResponse.Tests;

/// <summary>One HTTP/1.1 connection, spoken by hand, so that nothing retries, pools or reads ahead.</summary>
internal sealed class RawConnection : IAsyncDisposable
{
    private readonly TcpClient _client = new();
    private NetworkStream _stream = null!;

    public static async Task<RawConnection> OpenAsync(Uri address)
    {
        var connection = new RawConnection();
        await connection._client.ConnectAsync(address.Host, address.Port, TestContext.Current.CancellationToken);
        connection._stream = connection._client.GetStream();
        return connection;
    }

    public async Task SendAsync(string method, string path) => await _stream.WriteAsync(
        Encoding.ASCII.GetBytes($"{method} {path} HTTP/1.1\r\nHost: test\r\nContent-Length: 0\r\n\r\n"),
        TestContext.Current.CancellationToken);

    /// <summary>Announces a body of this size and sends a part of it.</summary>
    public async Task SendPartAsync(string path, int size, int part)
    {
        await _stream.WriteAsync(
            Encoding.ASCII.GetBytes($"POST {path} HTTP/1.1\r\nHost: test\r\nContent-Length: {size}\r\n\r\n"),
            TestContext.Current.CancellationToken);
        await _stream.WriteAsync(new byte[part], TestContext.Current.CancellationToken);
    }

    /// <summary>Reads one whole response, of fixed length or chunked, and returns its body.</summary>
    public async Task<string> ReadAsync()
    {
        var length = 0;
        var isChunked = false;
        while (await ReadLineAsync() is { Length: > 0 } header)
        {
            isChunked |= header.StartsWith("Transfer-Encoding: chunked", StringComparison.OrdinalIgnoreCase);
            if (header.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase))
            {
                length = int.Parse(header["Content-Length:".Length..], CultureInfo.InvariantCulture);
            }
        }

        if (!isChunked)
        {
            return await ReadTextAsync(length);
        }

        var body = new StringBuilder();
        while (int.Parse(await ReadLineAsync(), NumberStyles.HexNumber, CultureInfo.InvariantCulture) is > 0 and var size)
        {
            body.Append(await ReadTextAsync(size));
            await ReadLineAsync();
        }

        await ReadLineAsync();
        return body.ToString();
    }

    /// <summary>Reads up to and with the given text.</summary>
    public async Task ReadUntilAsync(string text)
    {
        var read = new StringBuilder();
        while (!read.ToString().EndsWith(text, StringComparison.Ordinal))
        {
            read.Append(await ReadTextAsync(1));
        }
    }

    /// <summary>Goes away without a good-bye.</summary>
    public void Reset()
    {
        _client.Client.LingerState = new LingerOption(enable: true, seconds: 0);
        _client.Close();
    }

    public ValueTask DisposeAsync()
    {
        _client.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task<string> ReadLineAsync()
    {
        var line = new StringBuilder();
        while (await ReadTextAsync(1) is var character && character != "\n")
        {
            line.Append(character);
        }

        return line.ToString().TrimEnd('\r');
    }

    private async Task<string> ReadTextAsync(int length)
    {
        var bytes = new byte[length];
        await _stream.ReadExactlyAsync(bytes, TestContext.Current.CancellationToken).AsTask().WaitAsync(LaneApp.Patience);
        return Encoding.UTF8.GetString(bytes);
    }
}
