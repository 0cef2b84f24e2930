using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Forge.TestServers;

/// <summary>Takes every mail over a real socket; can be told to keep its clients waiting.</summary>
public sealed class FakeSmtpServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stopping = new();
    private readonly ConcurrentDictionary<string, TaskCompletionSource<string>> _mails = new(StringComparer.OrdinalIgnoreCase);
    private readonly Task _accepting;
    private readonly ConcurrentDictionary<string, string> _refusals = new(StringComparer.OrdinalIgnoreCase);
    private readonly ConcurrentDictionary<string, string> _answers = new(StringComparer.OrdinalIgnoreCase);
    private readonly ConcurrentQueue<string> _logins = [];
    private TaskCompletionSource? _gate;

    /// <summary>Listens on a free port.</summary>
    public FakeSmtpServer()
    {
        _listener.Start();
        _accepting = AcceptAsync();
    }

    /// <summary>What a client is configured with.</summary>
    public Uri Address => new($"smtp://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}");

    /// <summary>What the server offers after EHLO, for example <c>AUTH PLAIN</c>.</summary>
    public IReadOnlyList<string> Capabilities { get; set; } = [];

    /// <summary>Every <c>AUTH PLAIN</c> that came, as <c>user:password</c>.</summary>
    public IReadOnlyCollection<string> Logins => _logins;

    /// <summary>The text of the mail to <paramref name="recipient"/>, now or when it comes.</summary>
    public Task<string> MailTo(string recipient) => Mail(recipient).Task;

    /// <summary>Answers the next mail to <paramref name="recipient"/> with <paramref name="reply"/> and does not take it.</summary>
    public void RefuseOnce(string recipient, string reply) => _refusals[recipient] = reply;

    /// <summary>Answers the next command of this kind with <paramref name="reply"/>. <c>GREETING</c> is the server's first line, <c>.</c> the end of a mail's text.</summary>
    public void AnswerOnce(string command, string reply) => _answers[command] = reply;

    /// <summary>Keeps every client waiting for the greeting until the answer is disposed of.</summary>
    public IDisposable Hang()
    {
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _gate = gate;
        return new Release(gate);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _listener.Dispose();
        await _accepting;
        _stopping.Dispose();
    }

    private TaskCompletionSource<string> Mail(string recipient) =>
        _mails.GetOrAdd(recipient, _ => new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously));

    private async Task AcceptAsync()
    {
        var sessions = new List<Task>();
        try
        {
            while (true)
            {
                sessions.Add(ServeAsync(await _listener.AcceptTcpClientAsync(_stopping.Token)));
            }
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(sessions);
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using var connection = client;
        try
        {
            await TalkAsync(client.GetStream());
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException)
        {
            // The client went away, or the test is over.
        }
    }

    private async Task TalkAsync(NetworkStream stream)
    {
        using var reader = new StreamReader(stream);
        await using var writer = new StreamWriter(stream) { NewLine = "\r\n", AutoFlush = true };
        if (_gate is { } gate)
        {
            await gate.Task.WaitAsync(_stopping.Token);
        }

        await writer.WriteLineAsync(Answer("GREETING", "220 fake"));
        var recipient = "";
        while (await reader.ReadLineAsync(_stopping.Token) is { } line)
        {
            var verb = line.Split(' ')[0].ToUpperInvariant();
            if (verb == "RCPT")
            {
                recipient = line[(line.IndexOf('<', StringComparison.Ordinal) + 1)..line.IndexOf('>', StringComparison.Ordinal)];
            }

            if (verb == "RCPT" && _refusals.TryRemove(recipient, out var refusal))
            {
                await writer.WriteLineAsync(refusal);
                continue;
            }

            var answer = Answer(verb, verb switch { "EHLO" => Offer(), "AUTH" => LogIn(line), "DATA" => "354 go on", "QUIT" => "221 bye", _ => "250 ok" });
            await writer.WriteLineAsync(answer);
            if (verb == "DATA" && answer[0] == '3')
            {
                var mail = await ReadMailAsync(reader);
                var end = Answer(".", "250 taken");
                if (end[0] == '2')
                {
                    Mail(recipient).TrySetResult(mail);
                }

                await writer.WriteLineAsync(end);
            }
        }
    }

    private string Answer(string command, string otherwise) => _answers.TryRemove(command, out var answer) ? answer : otherwise;

    private string Offer()
    {
        string[] lines = ["fake", .. Capabilities];
        return string.Join("\r\n", lines.Select((line, index) => $"250{(index == lines.Length - 1 ? ' ' : '-')}{line}"));
    }

    private string LogIn(string line)
    {
        var (user, password) = Encoding.UTF8.GetString(Convert.FromBase64String(line.Split(' ')[2])).Split('\0') switch
        {
            [_, var name, var secret] => (name, secret),
            _ => throw new InvalidDataException("This is not AUTH PLAIN."),
        };
        _logins.Enqueue($"{user}:{password}");
        return "235 welcome";
    }

    private async Task<string> ReadMailAsync(StreamReader reader)
    {
        var lines = new List<string>();
        while (await reader.ReadLineAsync(_stopping.Token) is { } line && line != ".")
        {
            lines.Add(line);
        }

        return string.Join('\n', lines);
    }

    private sealed class Release(TaskCompletionSource gate) : IDisposable
    {
        public void Dispose() => gate.TrySetResult();
    }
}
