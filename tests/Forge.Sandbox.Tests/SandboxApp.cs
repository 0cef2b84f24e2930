using System.Net.Http.Json;
using Forge.Sandbox.Faults;
using Forge.Sandbox.Mail;
using MailKit.Net.Smtp;
using MailKit.Security;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.Extensions.DependencyInjection;
using MimeKit;

namespace Forge.Sandbox.Tests;

/// <summary>The sandbox on free ports, HTTP and SMTP over real sockets; every test has one of its own.</summary>
internal sealed class SandboxApp : WebApplicationFactory<Program>
{
    private readonly (string Key, string Value)[] _settings;

    private SandboxApp((string Key, string Value)[] settings)
    {
        _settings = settings;
        UseKestrel();
    }

    public HttpClient Http { get; private set; } = null!;

    public int SmtpPort => Services.GetRequiredService<SmtpServer>().Port;

    public static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static SandboxApp Start(params (string Key, string Value)[] settings)
    {
        var app = new SandboxApp(settings);
        app.StartServer();
        app.Http = app.CreateClient();
        return app;
    }

    public async Task<IReadOnlyList<ReceivedMail>> ReadMailAsync(string query = "") =>
        (await Http.GetFromJsonAsync<List<ReceivedMail>>($"/mail{query}", Cancellation))!;

    public async Task SetFaultAsync(string target, Fault fault)
    {
        using var response = await Http.PutAsJsonAsync($"/faults/{target}", fault, Cancellation);
        response.EnsureSuccessStatusCode();
    }

    public async Task<SmtpClient> ConnectAsync()
    {
        var client = new SmtpClient();
        await client.ConnectAsync("127.0.0.1", SmtpPort, SecureSocketOptions.None, Cancellation);
        return client;
    }

    public async Task SendAsync(MimeMessage message)
    {
        using var client = await ConnectAsync();
        await client.SendAsync(message, Cancellation);
        await client.DisconnectAsync(quit: true, Cancellation);
    }

    public Task<RawSmtpClient> ConnectRawAsync() => RawSmtpClient.ConnectAsync(SmtpPort);

    public static MimeMessage Compose(string to = "ada@example.org", string subject = "Hello", string text = "Hello, Ada")
    {
        var message = new MimeMessage { Subject = subject, Body = new TextPart("plain") { Text = text } };
        message.From.Add(MailboxAddress.Parse("forge@example.org"));
        message.To.AddRange(InternetAddressList.Parse(to));
        return message;
    }

    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        // Not UseKestrel(0): that sets the address while the app may have started already, and fails then.
        builder.UseSetting(WebHostDefaults.ServerUrlsKey, "http://127.0.0.1:0");
        builder.UseSetting("Smtp:Port", "0");
        builder.UseSetting("Logging:LogLevel:Default", "Error");
        foreach (var (key, value) in _settings)
        {
            builder.UseSetting(key, value);
        }
    }
}
