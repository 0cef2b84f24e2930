using System.Net;
using System.Text.Json;
using Forge.Api.Tests.Infrastructure;
using Forge.Contracts;

namespace Forge.Api.Tests.Jobs;

public sealed class BulkTests(JobsApi api) : JobsTest(api)
{
    [Fact]
    public async Task Bulk_CancelsAndRetriesAndDeletesTheCallersJobs_AndNobodyElses()
    {
        using var owner = await SignUpAsync();
        using var other = await SignUpAsync();
        var own = await EnqueueAsync(owner, Later);
        var foreign = await EnqueueAsync(other, Later);

        Assert.Equal(new BulkJobsResponse(1, 1, false, null), await BulkAsync(owner, """{"action":"cancel"}"""));
        Assert.Equal("cancelled", (await GetJobAsync(owner, own.Id)).State);
        Assert.Equal(new BulkJobsResponse(0, 0, false, null), await BulkAsync(owner, """{"action":"cancel","filter":{"kind":"demo.noop"}}"""));

        Assert.Equal(new BulkJobsResponse(1, 1, false, null), await BulkAsync(owner, """{"action":"retry","filter":{"states":["cancelled","discarded"]}}"""));
        await WaitForAsync(owner, own.Id, "completed");

        Assert.Equal(new BulkJobsResponse(1, 1, false, null), await BulkAsync(owner, """{"action":"delete","filter":{"state":"completed"}}"""));
        using var read = await owner.GetAsync($"/forge/jobs/{own.Id}", Cancellation);
        await ProblemAssert.IsProblemAsync(read, HttpStatusCode.NotFound);
        Assert.Equal("scheduled", (await GetJobAsync(other, foreign.Id)).State);
    }

    [Fact]
    public async Task Bulk_Preview_CountsAndChangesNothing()
    {
        using var client = await SignUpAsync();
        var job = await EnqueueAsync(client, Later);

        Assert.Equal(new BulkJobsResponse(1, 0, false, null), await BulkAsync(client, """{"action":"cancel","preview":true}"""));

        Assert.Equal("scheduled", (await GetJobAsync(client, job.Id)).State);
    }

    [Fact]
    public async Task Bulk_ForAnotherOwner_IsAnAdministratorsToDo()
    {
        using var owner = await SignUpAsync();
        using var other = await SignUpAsync();
        using var admin = await SignInAsAdminAsync();
        var job = await EnqueueAsync(owner, Later);
        var foreign = await EnqueueAsync(other, Later);
        using var me = await owner.GetAsync("/forge/users/me", Cancellation);
        var id = (await ReadAsync<JsonElement>(me, HttpStatusCode.OK)).GetProperty("id").GetGuid();
        var body = $$$"""{"action":"cancel","filter":{"owner":"{{{id}}}"}}""";

        using var refused = await PostAsync(other, "/forge/jobs/bulk", body);
        await ProblemAssert.IsProblemAsync(refused, HttpStatusCode.Forbidden);
        Assert.Equal("scheduled", (await GetJobAsync(owner, job.Id)).State);

        Assert.Equal(new BulkJobsResponse(1, 1, false, null), await BulkAsync(admin, body));
        Assert.Equal("cancelled", (await GetJobAsync(owner, job.Id)).State);
        Assert.Equal("scheduled", (await GetJobAsync(other, foreign.Id)).State);
    }

    [Theory]
    [InlineData("""{"action":"run"}""", "action")]
    [InlineData("""{}""", "action")]
    [InlineData("""{"action":"delete"}""", "filter")]
    [InlineData("""{"action":"delete","filter":{}}""", "filter")]
    [InlineData("""{"action":"delete","filter":{"states":[]}}""", "filter")]
    [InlineData("""{"action":"retry","filter":{"state":"sleeping"}}""", "filter.state")]
    [InlineData("""{"action":"retry","filter":{"states":["discarded",null]}}""", "filter.states[1]")]
    [InlineData("""{"action":"retry","filter":{"state":"discarded","states":["discarded"]}}""", "filter.states")]
    [InlineData("""{"action":"delete","filter":{"state":"running"}}""", "filter.state")]
    [InlineData("""{"action":"retry","filter":{"error":""}}""", "filter.error")]
    [InlineData("""{"action":"retry","filter":{"kind":"\u0000"}}""", "filter.kind")]
    [InlineData("""{"action":"retry","filter":{"before":"yesterday"}}""", "filter.before")]
    [InlineData("""{"action":"retry","after":"here"}""", "after")]
    public async Task Bulk_OutOfBounds_NamesTheField(string body, string field)
    {
        using var client = await SignUpAsync();

        using var response = await PostAsync(client, "/forge/jobs/bulk", body);

        await ProblemAssert.NamesFieldAsync(response, field);
    }

    [Fact]
    public async Task Bulk_WithAMisspeltFilter_IsRefused_RatherThanWidened()
    {
        using var client = await SignUpAsync();
        var job = await EnqueueAsync(client, Later);

        using var response = await PostAsync(client, "/forge/jobs/bulk", """{"action":"cancel","filter":{"knd":"report.generate"}}""");

        await ProblemAssert.IsProblemAsync(response, HttpStatusCode.BadRequest);
        Assert.Equal("scheduled", (await GetJobAsync(client, job.Id)).State);
    }

    [Fact]
    public async Task Bulk_AsAnonymous_IsUnauthorized()
    {
        using var anonymous = Anonymous();

        using var response = await PostAsync(anonymous, "/forge/jobs/bulk", """{"action":"cancel"}""");

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
    }

    private static async Task<BulkJobsResponse> BulkAsync(HttpClient client, string body)
    {
        using var response = await PostAsync(client, "/forge/jobs/bulk", body);
        return await ReadAsync<BulkJobsResponse>(response, HttpStatusCode.OK);
    }
}
