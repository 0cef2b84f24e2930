using System.Globalization;
using System.Net;
using System.Text;
using Forge.Api.Tests.Infrastructure;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Forge.Api.Tests.Outages;

/// <summary>A request to every route that needs the database.</summary>
internal static class Routes
{
    /// <summary>The promise is 5 s; a busy machine is given twice that.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    private static readonly string[] WithoutDatabase = ["POST /forge/hash", "GET /forge/weather/{city}", "GET /forge/delayed-response"];

    private static readonly Dictionary<string, (Func<Stricken, HttpContent?> Content, bool Writes)> All = new()
    {
        ["POST /forge/register"] = (_ => Content.Json($$"""{"email":"u{{Guid.NewGuid():N}}@example.org","username":"Ada","password":"correct horse"}"""), true),
        ["POST /forge/login"] = (_ => Content.Json("""{"email":"ada@example.org","password":"correct horse"}"""), false),
        ["POST /forge/refresh"] = (api => Content.Json($$"""{"refreshToken":"{{api.RefreshToken}}"}"""), false),
        ["GET /forge/users/me"] = (_ => null, false),
        ["GET /forge/users/{id:guid}"] = (_ => null, false),
        ["POST /forge/report"] = (_ => Content.Json("""{"reportId":"sales"}"""), true),
        ["GET /forge/reports/{reportId}"] = (_ => null, false),
        ["GET /forge/lanes"] = (_ => null, false),
        ["GET /forge/jobs"] = (_ => null, false),
        ["POST /forge/jobs"] = (_ => Content.Json("""{"kind":"demo.noop","payload":{}}"""), true),
        ["POST /forge/jobs/batch"] = (_ => Content.Json("""{"jobs":[{"kind":"demo.noop","payload":{}}]}"""), true),
        ["GET /forge/jobs/{id:guid}"] = (_ => null, false),
        ["GET /forge/jobs/{id:guid}/events"] = (_ => null, false),
        ["GET /forge/jobs/{id:guid}/result"] = (_ => null, false),
        ["POST /forge/jobs/{id:guid}/cancel"] = (_ => null, true),
        ["POST /forge/jobs/{id:guid}/retry"] = (_ => null, true),
        ["DELETE /forge/jobs/{id:guid}"] = (_ => null, true),
        ["POST /forge/jobs/bulk"] = (_ => Content.Json("""{"action":"cancel","filter":{"state":"scheduled"}}"""), true),
        ["GET /forge/dead-letters"] = (_ => null, false),
        ["GET /forge/queues"] = (_ => null, false),
        ["POST /forge/queues/{queue}/pause"] = (_ => null, true),
        ["POST /forge/queues/{queue}/resume"] = (_ => null, true),
        ["POST /forge/payments"] = (_ => Content.Json("""{"orderId":"o-1","amount":12.5,"currency":"EUR"}"""), true),
        ["GET /forge/payments/{id:guid}"] = (_ => null, false),
        ["GET /forge/schedules"] = (_ => null, false),
        ["GET /forge/schedules/{name}"] = (_ => null, false),
        ["PUT /forge/schedules/{name}"] = (_ => Content.Json("""{"kind":"demo.noop","payload":{},"cron":"0 0 3 * * ?"}"""), true),
        ["DELETE /forge/schedules/{name}"] = (_ => null, true),
        ["POST /forge/schedules/{name}/run"] = (_ => null, false), // finds no schedule of that name
        ["POST /forge/images"] = (_ => Content.File("a.png", [0x89, .. "PNG\r\n\x1A\n"u8, .. new byte[100]]), true),
        ["POST /forge/imports"] = (_ => Content.File("a.csv", "sold_on,region,product,quantity,unit_price\n2026-01-01,North,Bolt,1,2.50\n"u8.ToArray()), true),
    };

    public static async Task AssertUnavailableAsync(Stricken api, bool onlyWrites = false)
    {
        AssertNoneIsForgotten(api.Services);
        await Task.WhenAll(All.Where(route => route.Value.Writes || !onlyWrites).Select(route => AssertUnavailableAsync(api, route.Key, route.Value.Content(api))));
    }

    private static async Task AssertUnavailableAsync(Stricken api, string route, HttpContent? content)
    {
        var (method, address) = (route.Split(' ')[0], route.Split(' ')[1]
            .Replace("{id:guid}", api.JobId.ToString(), StringComparison.Ordinal)
            .Replace("{reportId}", "none", StringComparison.Ordinal)
            .Replace("{queue}", "default", StringComparison.Ordinal)
            .Replace("{name}", "nightly", StringComparison.Ordinal));
        using var request = new HttpRequestMessage(new HttpMethod(method), address) { Content = content };
        HttpResponseMessage response;
        try
        {
            response = await api.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken).WaitAsync(Limit, TestContext.Current.CancellationToken);
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"{route} was not answered within {Limit}.");
        }

        using (response)
        {
            var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
            Assert.True(response.StatusCode == HttpStatusCode.ServiceUnavailable, $"{route} answered {(int)response.StatusCode}: {text}");
            await ProblemAssert.IsProblemAsync(response, HttpStatusCode.ServiceUnavailable);
            Assert.True(response.Headers.RetryAfter?.Delta > TimeSpan.Zero, $"{route} does not say when to come again.");
        }
    }

    /// <summary>A route that is new has to be told here, or among those that do not need the database.</summary>
    private static void AssertNoneIsForgotten(IServiceProvider services) =>
        Assert.Equal(
            All.Keys.Concat(WithoutDatabase).Order(StringComparer.Ordinal),
            services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
                .Where(endpoint => endpoint.RoutePattern.RawText!.StartsWith("/forge", StringComparison.Ordinal))
                .SelectMany(endpoint => endpoint.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods, (endpoint, method) => string.Create(CultureInfo.InvariantCulture, $"{method} {endpoint.RoutePattern.RawText}"))
                .Order(StringComparer.Ordinal));
}

internal static class Content
{
    public static StringContent Json(string json) => new(json, Encoding.UTF8, "application/json");

    public static MultipartFormDataContent File(string name, byte[] bytes) => new() { { new ByteArrayContent(bytes), "file", name } };
}
