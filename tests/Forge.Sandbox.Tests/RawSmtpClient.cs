using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Forge.Sandbox.Tests;

/// <summary>Speaks SMTP octet by octet, as no well-behaved library would.</summary>
internal sealed class RawSmtpClient : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly TcpClient _tcp;
    private readonly NetworkStream _stream;
    private readonly StreamReader _reader;

    private RawSmtpClient(TcpClient tcp)
    {
        _tcp = tcp;
        _stream = tcp.GetStream();
        _reader = new StreamReader(_stream, Encoding.ASCII);
    }

    public static async Task<RawSmtpClient> ConnectAsync(int port)
    {
        var tcp = new TcpClient { NoDelay = true };
        await tcp.ConnectAsync(IPAddress.Loopback, port, SandboxApp.Cancellation);
        return new RawSmtpClient(tcp);
    }

    /// <summary>Past the greeting and EHLO.</summary>
    public static async Task<RawSmtpClient> GreetAsync(int port)
    {
        var client = await ConnectAsync(port);
        Assert.StartsWith("220 ", await client.ReadReplyAsync());
        Assert.StartsWith("250 ", await client.AskAsync("EHLO test"));
        return client;
    }

    public Task SendAsync(string text) => SendAsync(Encoding.Latin1.GetBytes(text));

    public async Task SendAsync(ReadOnlyMemory<byte> bytes) => await _stream.WriteAsync(bytes, SandboxApp.Cancellation);

    public async Task<string> AskAsync(string command)
    {
        await SendAsync(command + "\r\n");
        return await ReadReplyAsync();
    }

    /// <summary>The last line of the next reply; empty when the server has closed the connection.</summary>
    public async Task<string> ReadReplyAsync()
    {
        string? line;
        do
        {
            line = await _reader.ReadLineAsync(SandboxApp.Cancellation).AsTask().WaitAsync(Patience, SandboxApp.Cancellation);
        }
        while (line is [_, _, _, '-', ..]);

        return line ?? "";
    }

    public void Reset()
    {
        _tcp.LingerState = new LingerOption(true, 0);
        _tcp.Close();
    }

    public void Dispose()
    {
        _reader.Dispose();
        _tcp.Dispose();
    }
}
