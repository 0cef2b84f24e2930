using System.Net;
using System.Text.Json;
using Forge.Api.Tests.Infrastructure;
using Forge.Contracts;

namespace Forge.Api.Tests.Jobs;

public sealed class ReadJobTests(JobsApi api) : JobsTest(api)
{
    [Theory]
    [InlineData("GET", "")]
    [InlineData("GET", "/events")]
    [InlineData("GET", "/result")]
    [InlineData("POST", "/cancel")]
    [InlineData("POST", "/retry")]
    [InlineData("DELETE", "")]
    public async Task AnyRoute_OfSomebodyElsesJob_IsNotFound(string method, string route)
    {
        using var owner = await SignUpAsync();
        using var other = await SignUpAsync();
        var job = await EnqueueAsync(owner, Later);

        using var request = new HttpRequestMessage(new HttpMethod(method), $"/forge/jobs/{job.Id}{route}");
        using var response = await other.SendAsync(request, Cancellation);

        await ProblemAssert.IsProblemAsync(response, HttpStatusCode.NotFound);
        Assert.Equal("scheduled", (await GetJobAsync(owner, job.Id)).State);
    }

    [Fact]
    public async Task GetJob_AsAdministrator_ShowsEverybodysJob()
    {
        using var owner = await SignUpAsync();
        using var admin = await SignInAsAdminAsync();
        var job = await EnqueueAsync(owner, Later);

        Assert.Equal(job.Id, (await GetJobAsync(admin, job.Id)).Id);
        Assert.Contains(job.Id, (await ListAsync(admin, "limit=200")).Items.Select(item => item.Id));
    }

    [Fact]
    public async Task ListJobs_PageByPage_ShowsOwnJobsNewestFirst()
    {
        using var client = await SignUpAsync();
        using var other = await SignUpAsync();
        await EnqueueAsync(other, Later);
        var ids = new List<Guid>();
        for (var count = 0; count < 5; count++)
        {
            ids.Insert(0, (await EnqueueAsync(client, Later)).Id);
        }

        var first = await ListAsync(client, "limit=2");
        var second = await ListAsync(client, $"limit=2&after={first.Next}");
        var third = await ListAsync(client, $"limit=2&after={second.Next}");

        Assert.Equal(ids, first.Items.Concat(second.Items).Concat(third.Items).Select(job => job.Id));
        Assert.Null(third.Next);
    }

    [Fact]
    public async Task ListJobs_WithFilters_ShowsOnlyWhatFits()
    {
        using var client = await SignUpAsync();
        var scheduled = await EnqueueAsync(client, Later);
        var report = await EnqueueAsync(client, """{"kind":"report.generate","payload":{"reportId":"r","pages":1},"delaySeconds":3600}""");
        using var cancelled = await PostAsync(client, $"/forge/jobs/{report.Id}/cancel", "");

        Assert.Equal([scheduled.Id], (await ListAsync(client, "state=scheduled")).Items.Select(job => job.Id));
        Assert.Equal([report.Id], (await ListAsync(client, "kind=report.generate")).Items.Select(job => job.Id));
        Assert.Equal([report.Id], (await ListAsync(client, "queue=reports&state=cancelled")).Items.Select(job => job.Id));
    }

    [Fact]
    public async Task ListJobs_WithASearch_FindsOwnJobsByIdKeyAndTrace()
    {
        using var owner = await SignUpAsync();
        using var other = await SignUpAsync();
        using var admin = await SignInAsAdminAsync();
        var (key, click) = ($"order-{Guid.NewGuid():N}", $"click-{Guid.NewGuid():N}");
        using var enqueued = await PostAsync(owner, "/forge/jobs", $$"""{"kind":"demo.noop","payload":{},"delaySeconds":3600,"uniqueKey":"{{key}}"}""", click);
        var job = await ReadAsync<JobResponse>(enqueued, HttpStatusCode.Accepted);
        await EnqueueAsync(owner, Later);

        foreach (var search in new[] { job.Id.ToString(), key, click, job.TraceId })
        {
            Assert.Equal([job.Id], (await ListAsync(owner, $"search={search}")).Items.Select(item => item.Id));
            Assert.Equal([job.Id], (await ListAsync(admin, $"search={search}")).Items.Select(item => item.Id));
            Assert.Empty((await ListAsync(other, $"search={search}")).Items);
        }
    }

    [Fact]
    public async Task ListJobs_WithEmptyFilters_ShowsAll()
    {
        using var client = await SignUpAsync();
        var job = await EnqueueAsync(client, Later);

        Assert.Equal([job.Id], (await ListAsync(client, "state=&kind=&queue=&search=")).Items.Select(item => item.Id));
    }

    [Theory]
    [InlineData("state=sleeping", "state")]
    [InlineData("limit=0", "limit")]
    [InlineData("limit=201", "limit")]
    [InlineData("limit=many", "limit")]
    [InlineData("after=here", "after")]
    [InlineData("kind=%00", "kind")]
    [InlineData("queue=%00", "queue")]
    [InlineData("search=%00", "search")]
    public async Task ListJobs_WithAFilterOutOfBounds_NamesIt(string query, string field)
    {
        using var client = await SignUpAsync();

        using var response = await client.GetAsync($"/forge/jobs?{query}", Cancellation);

        await ProblemAssert.NamesFieldAsync(response, field);
    }

    [Fact]
    public async Task GetJob_WhenDiscarded_ShowsItsErrorsAndAttempts()
    {
        using var client = await SignUpAsync();
        var job = await EnqueueAsync(client, """{"kind":"demo.fail","payload":{"times":1}}""");
        await WaitForAsync(client, job.Id, "discarded");

        var discarded = await GetJobAsync(client, job.Id);

        var error = Assert.Single(discarded.Errors);
        Assert.Equal((1, "Of no use."), (error.Attempt, error.Message));
        var attempt = Assert.Single(discarded.Attempts);
        Assert.Equal("failed", attempt.Outcome);
        Assert.NotEqual(discarded.TraceId, attempt.TraceId);
    }

    [Fact]
    public async Task GetResult_BeforeTheEnd_NamesTheState()
    {
        using var client = await SignUpAsync();
        var job = await EnqueueAsync(client, Later);

        using var response = await client.GetAsync($"/forge/jobs/{job.Id}/result", Cancellation);

        var problem = await ProblemAssert.IsProblemAsync(response, HttpStatusCode.Conflict);
        Assert.Equal("scheduled", problem.GetProperty("state").GetString());
    }

    [Fact]
    public async Task GetResult_OfJson_IsThatJson()
    {
        using var client = await SignUpAsync();
        var job = await EnqueueAsync(client, Noop);
        await WaitForAsync(client, job.Id, "completed");

        using var response = await client.GetAsync($"/forge/jobs/{job.Id}/result", Cancellation);

        Assert.Equal(42, (await ReadAsync<JsonElement>(response, HttpStatusCode.OK)).GetProperty("answer").GetInt32());
        Assert.Equal(42, (await GetJobAsync(client, job.Id)).Result?.GetProperty("answer").GetInt32());
    }

    [Fact]
    public async Task GetResult_OfAFile_IsTheFileWithItsTypeAndName()
    {
        using var client = await SignUpAsync();
        var job = await EnqueueAsync(client, """{"kind":"report.generate","payload":{"reportId":"r","pages":1}}""");
        await WaitForAsync(client, job.Id, "completed");

        using var response = await client.GetAsync($"/forge/jobs/{job.Id}/result", Cancellation);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("application/pdf", response.Content.Headers.ContentType?.MediaType);
        Assert.Equal("a file.pdf", response.Content.Headers.ContentDisposition?.FileName?.Trim('"'));
        Assert.Equal("a file", await response.Content.ReadAsStringAsync(Cancellation));
    }

    private static async Task<Page<JobResponse>> ListAsync(HttpClient client, string query)
    {
        using var response = await client.GetAsync($"/forge/jobs?{query}", Cancellation);
        return await ReadAsync<Page<JobResponse>>(response, HttpStatusCode.OK);
    }
}
