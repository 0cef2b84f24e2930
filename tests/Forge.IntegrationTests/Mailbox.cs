using System.Net.Http.Json;

namespace Forge.IntegrationTests;

/// <summary>The sandbox's inbox and its faults.</summary>
internal sealed class Mailbox(HttpClient sandbox)
{
    public async Task<Mail[]> ReadAsync(string to, CancellationToken cancellationToken) =>
        await sandbox.GetFromJsonAsync<Mail[]>($"/mail?to={Uri.EscapeDataString(to)}", cancellationToken) ?? [];

    public async Task<Mail> WaitForAsync(string to) =>
        (await Eventually.GetAsync(token => ReadAsync(to, token), mails => mails.Length > 0, $"a mail to {to}"))[0];

    public async Task SlowDownAsync(TimeSpan delay, CancellationToken cancellationToken)
    {
        using var response = await sandbox.PutAsJsonAsync("/faults/smtp", new { delayMs = delay.TotalMilliseconds }, cancellationToken);
        response.EnsureSuccessStatusCode();
    }

    public async Task HealAsync(CancellationToken cancellationToken)
    {
        using var response = await sandbox.DeleteAsync("/faults", cancellationToken);
        response.EnsureSuccessStatusCode();
    }

    internal sealed record Mail(string Subject, string Text, DateTimeOffset ReceivedAt);
}
