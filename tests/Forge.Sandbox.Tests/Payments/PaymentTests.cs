using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Forge.Sandbox.Payments;

namespace Forge.Sandbox.Tests.Payments;

public sealed class PaymentTests
{
    private static readonly CaptureRequest Order = new("order-1", 12.50m, "EUR");

    [Fact]
    public async Task Capture_WhenTheSameKeyComesFiftyTimesAtOnce_CapturesOnceAndAnswersTheSame()
    {
        await using var sandbox = SandboxApp.Start();

        var captures = await Task.WhenAll(Enumerable.Range(0, 50).Select(async _ =>
        {
            using var response = await PostAsync(sandbox, Order, "key-1");
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            return await response.Content.ReadAsStringAsync(SandboxApp.Cancellation);
        }));

        Assert.Single(captures.Distinct());
        var capture = Assert.Single(await ListAsync(sandbox));
        Assert.Equal(("order-1", 12.50m, "EUR", "key-1"), (capture.OrderId, capture.Amount, capture.Currency, capture.IdempotencyKey));
    }

    [Theory]
    [InlineData("order-2", 12.50, "EUR")]
    [InlineData("order-1", 12.51, "EUR")]
    [InlineData("order-1", 12.50, "USD")]
    public async Task Capture_WhenTheKeyWasUsedForAnotherPayment_IsRefused(string orderId, decimal amount, string currency)
    {
        await using var sandbox = SandboxApp.Start();
        using var first = await PostAsync(sandbox, Order, "key-1");

        using var second = await PostAsync(sandbox, new CaptureRequest(orderId, amount, currency), "key-1");

        Assert.Equal(HttpStatusCode.UnprocessableEntity, second.StatusCode);
        Assert.Equal("application/problem+json", second.Content.Headers.ContentType?.MediaType);
        Assert.Equal(Order.OrderId, Assert.Single(await ListAsync(sandbox)).OrderId);
    }

    [Fact]
    public async Task Capture_WhenKeysDiffer_CapturesEach()
    {
        await using var sandbox = SandboxApp.Start();
        using var first = await PostAsync(sandbox, Order, "key-1");
        using var second = await PostAsync(sandbox, Order, "key-2");

        Assert.Equal(["key-2", "key-1"], (await ListAsync(sandbox)).Select(capture => capture.IdempotencyKey));
    }

    [Theory]
    [InlineData(null)]
    [InlineData(" ")]
    public async Task Capture_WhenThereIsNoKey_NamesTheHeader(string? key)
    {
        await using var sandbox = SandboxApp.Start();

        using var response = await PostAsync(sandbox, Order, key);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Contains("Idempotency-Key", await response.Content.ReadAsStringAsync(SandboxApp.Cancellation), StringComparison.Ordinal);
        Assert.Empty(await ListAsync(sandbox));
    }

    [Theory]
    [InlineData("""{"amount":1,"currency":"EUR"}""", "orderId")]
    [InlineData("""{"orderId":"","amount":1,"currency":"EUR"}""", "orderId")]
    [InlineData("""{"orderId":"o","amount":0,"currency":"EUR"}""", "amount")]
    [InlineData("""{"orderId":"o","amount":-5,"currency":"EUR"}""", "amount")]
    [InlineData("""{"orderId":"o","amount":"much","currency":"EUR"}""", "amount")]
    [InlineData("""{"orderId":"o","amount":1e400,"currency":"EUR"}""", "amount")]
    [InlineData("""{"orderId":"o","amount":1,"currency":"euro"}""", "currency")]
    [InlineData("""{"orderId":"o","amount":1}""", "currency")]
    public async Task Capture_WhenTheBodyIsWrong_NamesTheField(string body, string field)
    {
        await using var sandbox = SandboxApp.Start();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/payments/capture") { Content = new StringContent(body, null, "application/json") };
        request.Headers.Add("Idempotency-Key", "key-1");

        using var response = await sandbox.Http.SendAsync(request, SandboxApp.Cancellation);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        using var problem = JsonDocument.Parse(await response.Content.ReadAsStringAsync(SandboxApp.Cancellation));
        Assert.True(problem.RootElement.GetProperty("errors").TryGetProperty(field, out _));
        Assert.True(problem.RootElement.TryGetProperty("traceId", out _));
    }

    [Fact]
    public async Task Capture_WhenAFaultFails_CapturesNothing()
    {
        await using var sandbox = SandboxApp.Start();
        await sandbox.SetFaultAsync("payments", new(FailureRate: 1, Status: 502));

        using var response = await PostAsync(sandbox, Order, "key-1");

        Assert.Equal(HttpStatusCode.BadGateway, response.StatusCode);
        Assert.Empty(await ListAsync(sandbox));
    }

    [Fact]
    public async Task Capture_WhenTheClientGivesUpDuringADelay_IsCapturedAllTheSame()
    {
        await using var sandbox = SandboxApp.Start();
        await sandbox.SetFaultAsync("payments", new(DelayMs: 60_000));
        using var patience = new CancellationTokenSource();
        var impatient = PostAsync(sandbox, Order, "key-1", patience.Token);
        var started = Stopwatch.GetTimestamp();
        while ((await ListAsync(sandbox)).Count == 0)
        {
            Assert.True(Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(20), "Nothing was captured.");
        }

        await patience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => impatient);
        await sandbox.SetFaultAsync("payments", new());
        using var again = await PostAsync(sandbox, Order, "key-1");

        var capture = await again.Content.ReadFromJsonAsync<Capture>(SandboxApp.Cancellation);
        Assert.Equal(capture, Assert.Single(await ListAsync(sandbox)));
    }

    private static async Task<List<Capture>> ListAsync(SandboxApp sandbox) =>
        (await sandbox.Http.GetFromJsonAsync<List<Capture>>("/v1/payments", SandboxApp.Cancellation))!;

    private static async Task<HttpResponseMessage> PostAsync(SandboxApp sandbox, CaptureRequest body, string? key, CancellationToken? cancellationToken = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/payments/capture") { Content = JsonContent.Create(body) };
        if (key is not null)
        {
            request.Headers.TryAddWithoutValidation("Idempotency-Key", key);
        }

        return await sandbox.Http.SendAsync(request, cancellationToken ?? SandboxApp.Cancellation);
    }
}
