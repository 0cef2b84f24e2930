using System.Net;
using System.Text;
using System.Text.Json;

namespace Forge.Api.Tests.Jobs;

/// <summary>The names in the API's JSON, as other programs read them. A name that changes here breaks those programs, whatever the records are called.</summary>
public sealed class ContractTests(JobsApi api) : JobsTest(api)
{
    private const string Job = "id kind queue priority state attempt maxAttempts progress message createdAt runAt startedAt finishedAt errors result traceId attempts links";

    [Fact]
    public async Task Job_HasItsNames()
    {
        using var client = await SignUpAsync();
        var id = (await EnqueueAsync(client, """{"kind":"demo.fail","payload":{"times":1}}""")).Id;
        await WaitForAsync(client, id, "discarded");

        var job = await GetAsync(client, $"/forge/jobs/{id}");

        AssertNames(Job, job);
        AssertNames("attempt at type message", job.GetProperty("errors")[0]);
        AssertNames("attempt startedAt finishedAt outcome traceId worker", job.GetProperty("attempts")[0]);
        AssertNames("self events result", job.GetProperty("links"));
    }

    [Fact]
    public async Task Page_HasItsNames()
    {
        using var client = await SignUpAsync();
        await EnqueueAsync(client, Later);

        var page = await GetAsync(client, "/forge/jobs");

        AssertNames("items next", page);
        AssertNames(Job, page.GetProperty("items")[0]);
    }

    [Fact]
    public async Task BatchAnswer_HasItsNames()
    {
        using var client = await SignUpAsync();

        using var response = await PostAsync(client, "/forge/jobs/batch", $$"""{"jobs":[{{Later}}]}""");

        AssertNames("ids", await ReadAsync<JsonElement>(response, HttpStatusCode.Accepted));
    }

    [Fact]
    public async Task BulkAnswer_HasItsNames()
    {
        using var client = await SignUpAsync();

        using var response = await PostAsync(client, "/forge/jobs/bulk", """{"action":"retry","filter":{"state":"discarded","error":"late","before":"2026-12-24T10:00:00Z","after":"2026-12-23T10:00:00Z"},"preview":true}""");

        AssertNames("matched changed more next", await ReadAsync<JsonElement>(response, HttpStatusCode.OK));
    }

    [Fact]
    public async Task DeadLetters_HaveTheirNames()
    {
        using var client = await SignUpAsync();
        await WaitForAsync(client, (await EnqueueAsync(client, """{"kind":"demo.fail","payload":{"times":1}}""")).Id, "discarded");

        var letters = await GetAsync(client, "/forge/dead-letters");

        AssertNames("items next complete", letters);
        AssertNames("kind errorType message count firstAt lastAt sampleJobId", letters.GetProperty("items")[0]);
    }

    [Fact]
    public async Task Events_HaveTheirNames()
    {
        using var client = await SignUpAsync();
        var id = (await EnqueueAsync(client, Noop)).Id;
        await WaitForAsync(client, id, "completed");

        var lines = (await client.GetStringAsync($"/forge/jobs/{id}/events", Cancellation)).Split('\n');

        Assert.Equal(["event: state", "event: end"], lines.Where(line => line.StartsWith("event:", StringComparison.Ordinal)));
        foreach (var line in lines.Where(line => line.StartsWith("data: ", StringComparison.Ordinal)))
        {
            AssertNames("id state attempt progress message", JsonSerializer.Deserialize<JsonElement>(line["data: ".Length..]));
        }
    }

    [Fact]
    public async Task Queue_HasItsNames()
    {
        using var client = await SignUpAsync();

        var page = await GetAsync(client, "/forge/queues");

        AssertNames("items next", page);
        AssertNames("queue available scheduled running retryable discarded paused oldestAgeSeconds throughputPerMinute", page.GetProperty("items")[0]);
    }

    [Fact]
    public async Task Schedule_HasItsNames()
    {
        using var admin = await SignInAsAdminAsync();
        var address = $"/forge/schedules/contract-{Guid.NewGuid():N}";
        using var body = new StringContent("""{"kind":"demo.noop","payload":{},"cron":"0 0 0 1 1 ? 2099","timeZone":"Europe/Berlin","enabled":true}""", Encoding.UTF8, "application/json");
        using var put = await admin.PutAsync(address, body, Cancellation);

        var schedule = await ReadAsync<JsonElement>(put, HttpStatusCode.Created);

        AssertNames("name kind payload cron timeZone enabled nextFireAt nextFireTimes lastFireAt lastJobId error createdAt updatedAt links", schedule);
        AssertNames("self run lastJob", schedule.GetProperty("links"));
        AssertNames("items next", await GetAsync(admin, "/forge/schedules"));
    }

    [Fact]
    public async Task Payment_HasItsNames()
    {
        using var client = await SignUpAsync();
        using var placed = await PostAsync(client, "/forge/payments", """{"orderId":"order-1","amount":12.50,"currency":"EUR"}""");
        var job = await ReadAsync<JsonElement>(placed, HttpStatusCode.Accepted);
        AssertNames(Job, job);
        AssertNames("self events result payment", job.GetProperty("links"));

        var payment = await GetAsync(client, job.GetProperty("links").GetProperty("payment").GetString()!);

        AssertNames("id orderId amount currency state failure captureId createdAt finishedAt job", payment);
        AssertNames("id state attempt maxAttempts self", payment.GetProperty("job"));
    }

    private static async Task<JsonElement> GetAsync(HttpClient client, string address)
    {
        using var response = await client.GetAsync(address, Cancellation);
        return await ReadAsync<JsonElement>(response, HttpStatusCode.OK);
    }

    private static void AssertNames(string names, JsonElement json) =>
        Assert.Equal(names.Split(' ').Order(StringComparer.Ordinal), json.EnumerateObject().Select(property => property.Name).Order(StringComparer.Ordinal));
}
