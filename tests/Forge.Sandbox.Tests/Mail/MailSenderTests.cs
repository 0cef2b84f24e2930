using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Forge.Mail;
using MailKit.Net.Smtp;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Forge.Sandbox.Tests.Mail;

/// <summary>Forge.Mail against the sandbox.</summary>
public sealed class MailSenderTests
{
    [Fact]
    public async Task Send_WhenTheServerAnswers_DeliversSubjectAndText()
    {
        await using var sandbox = SandboxApp.Start();
        using var host = BuildHost(sandbox.SmtpPort, ("Mail:From", "Forge <forge@example.org>"));

        await SenderOf(host).SendAsync(new MailMessage("Ada <ada@example.org>", "Welcome ☀\r\nBcc: evil@example.org", "Hello\n.\nBye"), SandboxApp.Cancellation);

        var mail = Assert.Single(await sandbox.ReadMailAsync());
        Assert.Equal(("forge@example.org", "ada@example.org"), (mail.From, mail.To));
        Assert.StartsWith("Welcome ☀", mail.Subject);
        Assert.Equal("Hello\n.\nBye", mail.Text);
    }

    [Fact]
    public async Task Send_WhenTheServerIsSlowerThanTheTimeout_ThrowsTimeout()
    {
        await using var sandbox = SandboxApp.Start();
        await sandbox.SetFaultAsync("smtp", new(DelayMs: 60_000));
        using var host = BuildHost(sandbox.SmtpPort, ("Mail:Timeout", "00:00:00.500"));

        await Assert.ThrowsAsync<TimeoutException>(() => SenderOf(host).SendAsync(new MailMessage("ada@example.org", "Hello", ""), SandboxApp.Cancellation));
    }

    [Fact]
    public async Task Send_WhenTheCallerCancels_ThrowsCancelledAtOnce()
    {
        await using var sandbox = SandboxApp.Start();
        await sandbox.SetFaultAsync("smtp", new(DelayMs: 60_000));
        using var host = BuildHost(sandbox.SmtpPort);
        using var cancellation = new CancellationTokenSource(TimeSpan.FromMilliseconds(300));
        var started = Stopwatch.GetTimestamp();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => SenderOf(host).SendAsync(new MailMessage("ada@example.org", "Hello", ""), cancellation.Token));

        Assert.InRange(Stopwatch.GetElapsedTime(started).TotalSeconds, 0, 10);
    }

    [Fact]
    public async Task Send_WhenTheServerRefuses_ThrowsWhatItSaid()
    {
        await using var sandbox = SandboxApp.Start();
        await sandbox.SetFaultAsync("smtp", new(FailureRate: 1));
        using var host = BuildHost(sandbox.SmtpPort);

        await Assert.ThrowsAsync<SmtpCommandException>(() => SenderOf(host).SendAsync(new MailMessage("ada@example.org", "Hello", ""), SandboxApp.Cancellation));
    }

    [Fact]
    public async Task Send_WhenTheConnectionBreaksAfterTheMailWasTaken_Succeeds()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var host = BuildHost(((IPEndPoint)listener.LocalEndpoint).Port);
        var server = TakeOneMailAndHangUpAsync(listener);

        await SenderOf(host).SendAsync(new MailMessage("ada@example.org", "Hello", "Text"), SandboxApp.Cancellation);

        await server;
    }

    [Theory]
    [InlineData("Mail:User", "forge", "Mail:From", "forge@example.org")]
    [InlineData("Mail:Password", "secret", "Mail:From", "forge@example.org")]
    [InlineData("Mail:Server", "smtps://127.0.0.1", "Mail:Tls", "None")]
    public async Task Start_WhenTwoOptionsDoNotFit_SaysWhichAndNoSecret(string key, string value, string otherKey, string otherValue)
    {
        using var host = BuildHost(25, (key, value), (otherKey, otherValue));

        var failure = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync(SandboxApp.Cancellation));

        Assert.Contains(key, failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Send_WhenTracesAreListenedTo_HasASpanWithoutAddresses()
    {
        await using var sandbox = SandboxApp.Start();
        using var host = BuildHost(sandbox.SmtpPort);
        using var parent = new Activity("test").Start();
        var tags = new List<string>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == MailKit.Telemetry.SmtpClient.ActivitySourceName,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = activity =>
            {
                if (activity.TraceId == parent.TraceId)
                {
                    lock (tags)
                    {
                        tags.AddRange(activity.TagObjects.Select(tag => $"{activity.OperationName} {tag.Key}={tag.Value}"));
                    }
                }
            },
        };
        ActivitySource.AddActivityListener(listener);

        await SenderOf(host).SendAsync(new MailMessage("ada@example.org", "Hello", ""), SandboxApp.Cancellation);

        Assert.NotEmpty(tags);
        Assert.DoesNotContain(tags, tag => tag.Contains('@'));
    }

    [Theory]
    [InlineData("Mail:Server", "")]
    [InlineData("Mail:Server", "localhost")]
    [InlineData("Mail:Server", "http://localhost:25")]
    [InlineData("Mail:Server", "smtp://user:secret@localhost:25")]
    [InlineData("Mail:Server", "smtp://localhost:25/path")]
    [InlineData("Mail:From", "nobody in particular")]
    [InlineData("Mail:Timeout", "00:00:00")]
    public async Task Start_WhenTheOptionsAreWrong_SaysWhichAndNoSecret(string key, string value)
    {
        using var host = BuildHost(25, (key, value));

        var failure = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync(SandboxApp.Cancellation));

        Assert.Contains(key[5..], failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", failure.Message, StringComparison.Ordinal);
    }

    private static MailSender SenderOf(IHost host) => host.Services.GetRequiredService<MailSender>();

    private static IHost BuildHost(int port, params (string Key, string Value)[] settings)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new());
        builder.Configuration["Mail:Server"] = $"smtp://127.0.0.1:{port}";
        foreach (var (key, value) in settings)
        {
            builder.Configuration[key] = value;
        }

        return builder.AddMail().AddMail().Build();
    }

    private static async Task TakeOneMailAndHangUpAsync(TcpListener listener)
    {
        using var client = await listener.AcceptTcpClientAsync(SandboxApp.Cancellation);
        using var reader = new StreamReader(client.GetStream(), Encoding.ASCII);
        await using var writer = new StreamWriter(client.GetStream(), Encoding.ASCII) { AutoFlush = true, NewLine = "\r\n" };
        await writer.WriteLineAsync("220 test");
        while (await reader.ReadLineAsync(SandboxApp.Cancellation) is { } line)
        {
            if (line == "QUIT")
            {
                client.LingerState = new LingerOption(true, 0);
                client.Close();
                return;
            }

            if (line == "DATA")
            {
                await writer.WriteLineAsync("354 go on");
                while (await reader.ReadLineAsync(SandboxApp.Cancellation) != ".")
                {
                }
            }

            await writer.WriteLineAsync("250 OK");
        }
    }
}
