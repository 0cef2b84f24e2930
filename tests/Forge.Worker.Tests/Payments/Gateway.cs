using System.Net.Http.Json;
using Forge.Sandbox.Faults;
using Forge.Sandbox.Payments;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;

namespace Forge.Worker.Tests.Payments;

/// <summary>The sandbox with its payment gateway, on a free port.</summary>
public sealed class Gateway : WebApplicationFactory<Capture>
{
    private readonly HttpClient _http;

    public Gateway()
    {
        UseKestrel();
        StartServer();
        _http = CreateClient();
    }

    public string Address => _http.BaseAddress!.ToString().TrimEnd('/');

    public async Task MisbehaveAsync(Fault fault)
    {
        using var response = await _http.PutAsJsonAsync("/faults/payments", fault, TestContext.Current.CancellationToken);
        response.EnsureSuccessStatusCode();
    }

    public Task BehaveAsync() => _http.DeleteAsync("/faults", TestContext.Current.CancellationToken);

    public async Task<int> CountCapturesAsync(Guid paymentId)
    {
        var captures = await _http.GetFromJsonAsync<List<Capture>>("/v1/payments", TestContext.Current.CancellationToken);
        return captures!.Count(capture => capture.IdempotencyKey == paymentId.ToString());
    }

    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        builder.UseSetting(WebHostDefaults.ServerUrlsKey, "http://127.0.0.1:0");
        builder.UseSetting("Smtp:Port", "0");
        builder.UseSetting("Logging:LogLevel:Default", "Error");
    }
}
