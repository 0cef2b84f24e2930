using Forge.Mail;
using Forge.TestServers;
using MailKit.Security;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Forge.Worker.Tests.Mail;

public sealed class MailLoginTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Send_WithAUser_LogsIn()
    {
        await using var server = new FakeSmtpServer { Capabilities = ["AUTH PLAIN"] };
        using var host = BuildHost(server, ("Mail:User", "forge"), ("Mail:Password", "pass word"), ("Mail:Tls", "None"));

        await SenderOf(host).SendAsync(new MailMessage("ada@example.org", "Hello", "Text"), Cancellation);

        Assert.Equal(["forge:pass word"], server.Logins);
    }

    [Theory]
    [InlineData("Auto", "forge")]
    [InlineData("Required", "forge")]
    [InlineData("Required", null)]
    public async Task Send_WhenTlsIsAskedForAndNotOffered_SendsNeitherPasswordNorMail(string tls, string? user)
    {
        await using var server = new FakeSmtpServer { Capabilities = ["AUTH PLAIN"] };
        using var host = BuildHost(server, ("Mail:User", user), ("Mail:Password", user is null ? null : "secret"), ("Mail:Tls", tls));

        var failure = await Assert.ThrowsAsync<NotSupportedException>(
            () => SenderOf(host).SendAsync(new MailMessage("ada@example.org", "Hello", "Text"), Cancellation));

        Assert.DoesNotContain("secret", failure.ToString(), StringComparison.Ordinal);
        Assert.Empty(server.Logins);
        Assert.False(server.MailTo("ada@example.org").IsCompleted);
    }

    [Fact]
    public async Task Send_WhenTheLoginIsRefused_ThrowsThatWithoutThePassword()
    {
        await using var server = new FakeSmtpServer { Capabilities = ["AUTH PLAIN"] };
        server.AnswerOnce("AUTH", "535 5.7.8 wrong");
        using var host = BuildHost(server, ("Mail:User", "forge"), ("Mail:Password", "secret"), ("Mail:Tls", "None"));

        var failure = await Assert.ThrowsAsync<AuthenticationException>(
            () => SenderOf(host).SendAsync(new MailMessage("ada@example.org", "Hello", "Text"), Cancellation));

        Assert.DoesNotContain("secret", failure.ToString(), StringComparison.Ordinal);
        Assert.False(server.MailTo("ada@example.org").IsCompleted);
    }

    private static MailSender SenderOf(IHost host) => host.Services.GetRequiredService<MailSender>();

    private static IHost BuildHost(FakeSmtpServer server, params (string Key, string? Value)[] settings)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new());
        builder.Configuration["Mail:Server"] = server.Address.ToString();
        foreach (var (key, value) in settings)
        {
            builder.Configuration[key] = value;
        }

        return builder.AddMail().Build();
    }
}
