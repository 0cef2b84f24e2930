using System.Diagnostics;
using MailKit.Net.Smtp;
using MimeKit;

namespace Forge.Sandbox.Tests.Mail;

/// <summary>The server as MailKit sees it.</summary>
public sealed class SmtpServerTests
{
    [Fact]
    public async Task Send_WhenMessageIsMultipart_KeepsSubjectAndPlainTextDecoded()
    {
        await using var sandbox = SandboxApp.Start();
        var message = SandboxApp.Compose(subject: "Grüße aus Zürich ☀");
        message.Body = new BodyBuilder { TextBody = "Straße\n.dot\n..dots", HtmlBody = "<p>Straße</p>" }.ToMessageBody();

        await sandbox.SendAsync(message);

        var mail = Assert.Single(await sandbox.ReadMailAsync());
        Assert.Equal("Grüße aus Zürich ☀", mail.Subject);
        Assert.Equal("Straße\n.dot\n..dots", mail.Text);
        Assert.Equal("forge@example.org", mail.From);
        Assert.Equal("ada@example.org", mail.To);
        Assert.InRange(mail.ReceivedAt, DateTimeOffset.UtcNow.AddMinutes(-1), DateTimeOffset.UtcNow.AddMinutes(1));
    }

    [Fact]
    public async Task Send_WhenAddressIsInternational_KeepsIt()
    {
        await using var sandbox = SandboxApp.Start();
        using var client = await sandbox.ConnectAsync();
        var options = FormatOptions.Default.Clone();
        options.International = true;

        await client.SendAsync(options, SandboxApp.Compose(to: "jörg@example.org"), SandboxApp.Cancellation);

        Assert.Equal("jörg@example.org", Assert.Single(await sandbox.ReadMailAsync("?to=j%C3%B6rg@example.org")).To);
    }

    [Fact]
    public async Task Send_WhenFiftyComeAtOnce_TakesThemAll()
    {
        await using var sandbox = SandboxApp.Start();

        await Task.WhenAll(Enumerable.Range(0, 50).Select(i => sandbox.SendAsync(SandboxApp.Compose(subject: $"Mail {i}"))));

        var subjects = (await sandbox.ReadMailAsync()).Select(mail => mail.Subject);
        Assert.Equal(Enumerable.Range(0, 50).Select(i => $"Mail {i}").Order(), subjects.Order());
    }

    [Fact]
    public async Task Send_WhenConnectionIsUsedAgain_TakesEveryMail()
    {
        await using var sandbox = SandboxApp.Start();
        using var client = await sandbox.ConnectAsync();

        await client.SendAsync(SandboxApp.Compose(subject: "First"), SandboxApp.Cancellation);
        await client.SendAsync(SandboxApp.Compose(subject: "Second"), SandboxApp.Cancellation);

        Assert.Equal(["Second", "First"], (await sandbox.ReadMailAsync()).Select(mail => mail.Subject));
    }

    [Fact]
    public async Task Send_WhenMessageIsAnnouncedTooLarge_IsRefusedBeforeItComes()
    {
        await using var sandbox = SandboxApp.Start(("Smtp:MaxMessageBytes", "2048"));
        using var client = await sandbox.ConnectAsync();
        Assert.Equal(2_048u, client.MaxSize);

        var refusal = await Assert.ThrowsAsync<SmtpCommandException>(
            () => client.SendAsync(SandboxApp.Compose(text: new string('x', 4_000)), SandboxApp.Cancellation));

        Assert.Equal(552, (int)refusal.StatusCode);
        Assert.Empty(await sandbox.ReadMailAsync());
    }

    [Fact]
    public async Task Send_WhenMessageIsMegabytes_KeepsAllOfIt()
    {
        await using var sandbox = SandboxApp.Start();
        var text = string.Join("\n", Enumerable.Range(0, 50_000).Select(i => $".line {i} with some text to fill it"));

        await sandbox.SendAsync(SandboxApp.Compose(text: text));

        Assert.Equal(text, Assert.Single(await sandbox.ReadMailAsync()).Text);
    }

    [Fact]
    public async Task Send_WhenFaultDelays_TakesThatLongAndTenAtOnceNoLonger()
    {
        await using var sandbox = SandboxApp.Start();
        await sandbox.SetFaultAsync("smtp", new(DelayMs: 1_000));
        var started = Stopwatch.GetTimestamp();

        await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => sandbox.SendAsync(SandboxApp.Compose())));

        Assert.InRange(Stopwatch.GetElapsedTime(started).TotalSeconds, 0.95, 6);
        Assert.Equal(10, (await sandbox.ReadMailAsync()).Count);
    }

    [Fact]
    public async Task Send_WhenFaultFails_IsRefusedForNowAndNotKept()
    {
        await using var sandbox = SandboxApp.Start();
        await sandbox.SetFaultAsync("smtp", new(FailureRate: 1));

        var refusal = await Assert.ThrowsAsync<SmtpCommandException>(() => sandbox.SendAsync(SandboxApp.Compose()));

        Assert.Equal(451, (int)refusal.StatusCode);
        Assert.Empty(await sandbox.ReadMailAsync());
    }

    [Fact]
    public async Task Stop_WhenSessionsAreOpen_SaysSoAndDoesNotWaitForThem()
    {
        var sandbox = SandboxApp.Start();
        using var client = await RawSmtpClient.GreetAsync(sandbox.SmtpPort);
        var started = Stopwatch.GetTimestamp();

        await sandbox.DisposeAsync();

        Assert.StartsWith("421 ", await client.ReadReplyAsync());
        Assert.InRange(Stopwatch.GetElapsedTime(started).TotalSeconds, 0, 4);
    }
}
