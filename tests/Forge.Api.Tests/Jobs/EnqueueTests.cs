using System.Net;
using Forge.Api.Tests.Infrastructure;
using Forge.Contracts;

namespace Forge.Api.Tests.Jobs;

public sealed class EnqueueTests(JobsApi api, Stores stores) : JobsTest(api)
{
    [Fact]
    public async Task Enqueue_WithAReport_AnswersWithTheJobAndItsAddress()
    {
        using var client = await SignUpAsync();

        using var response = await PostAsync(client, "/forge/jobs", """{"kind":"report.generate","payload":{"reportId":"r-1","pages":1},"priority":2,"delaySeconds":3600,"maxAttempts":7}""");

        var job = await ReadAsync<JobResponse>(response, HttpStatusCode.Accepted);
        Assert.Equal($"/forge/jobs/{job.Id}", response.Headers.Location?.OriginalString);
        Assert.Equal(("report.generate", "reports", 2, "scheduled", 0, 7, 0), (job.Kind, job.Queue, job.Priority, job.State, job.Attempt, job.MaxAttempts, job.Progress));
        Assert.InRange(job.RunAt - job.CreatedAt, TimeSpan.FromSeconds(3599), TimeSpan.FromSeconds(3601));
        Assert.Matches("^[0-9a-f]{32}$", job.TraceId);
        Assert.Equal(new JobLinks($"/forge/jobs/{job.Id}", $"/forge/jobs/{job.Id}/events", $"/forge/jobs/{job.Id}/result"), job.Links);
        Assert.Equal(job.Id, (await GetJobAsync(client, job.Id)).Id);
    }

    [Theory]
    [InlineData("""{"payload":{}}""", "kind")]
    [InlineData("""{"kind":"nope","payload":{}}""", "kind")]
    [InlineData("""{"kind":"demo.noop"}""", "payload")]
    [InlineData("""{"kind":"demo.noop","payload":[]}""", "payload")]
    [InlineData("""{"kind":"report.generate","payload":{"reportId":"a"}}""", "payload.pages")]
    [InlineData("""{"kind":"report.generate","payload":{"reportId":"a","pages":0}}""", "payload.pages")]
    [InlineData("""{"kind":"report.generate","payload":{"reportId":"a","pages":501}}""", "payload.pages")]
    [InlineData("""{"kind":"report.generate","payload":{"reportId":"a","pages":"x"}}""", "payload.pages")]
    [InlineData("""{"kind":"report.generate","payload":{"reportId":"a b","pages":1}}""", "payload.reportId")]
    [InlineData("""{"kind":"report.generate","payload":{"reportId":"","pages":1}}""", "payload.reportId")]
    [InlineData("""{"kind":"report.generate","payload":{"reportId":null,"pages":1}}""", "payload.reportId")]
    [InlineData("""{"kind":"report.generate","payload":{"reportId":"a","pages":1,"paper":"A3"}}""", "payload.paper")]
    [InlineData("""{"kind":"demo.noop","payload":{},"queue":"nope"}""", "queue")]
    [InlineData("""{"kind":"demo.noop","payload":{},"priority":10}""", "priority")]
    [InlineData("""{"kind":"demo.noop","payload":{},"priority":"first"}""", "priority")]
    [InlineData("""{"kind":"demo.noop","payload":{},"delaySeconds":-1}""", "delaySeconds")]
    [InlineData("""{"kind":"demo.noop","payload":{},"delaySeconds":1e300}""", "delaySeconds")]
    [InlineData("""{"kind":"demo.noop","payload":{},"runAt":"9999-12-31T00:00:00Z"}""", "runAt")]
    [InlineData("""{"kind":"demo.noop","payload":{},"runAt":"2026-01-01T00:00:00Z","delaySeconds":1}""", "runAt")]
    [InlineData("""{"kind":"demo.noop","payload":{},"uniqueKey":""}""", "uniqueKey")]
    [InlineData("""{"kind":"demo.noop","payload":{},"uniqueKey":"a\u0000b"}""", "uniqueKey")]
    [InlineData("""{"kind":"demo.noop","payload":{},"uniqueKey":"\ud83d"}""", "uniqueKey")]
    [InlineData("""{"kind":"demo.noop","payload":{},"maxAttempts":0}""", "maxAttempts")]
    public async Task Enqueue_WithWhatDoesNotFit_NamesTheField(string json, string field)
    {
        using var client = await SignUpAsync();

        using var response = await PostAsync(client, "/forge/jobs", json);

        await ProblemAssert.NamesFieldAsync(response, field);
    }

    [Theory]
    [InlineData("2026-12-24T10:00:00")]
    [InlineData("2026-12-24T10:00:00.5")]
    [InlineData("2026-12-24T10:00")]
    [InlineData("2026-12-24")]
    public async Task Enqueue_ForATimeWithoutAnOffset_AsksForIt(string runAt)
    {
        using var client = await SignUpAsync();

        using var single = await PostAsync(client, "/forge/jobs", $$"""{"kind":"demo.noop","payload":{},"runAt":"{{runAt}}"}""");
        using var batch = await PostAsync(client, "/forge/jobs/batch", $$"""{"jobs":[{"kind":"demo.noop","payload":{},"runAt":"{{runAt}}"}]}""");

        var problem = await ProblemAssert.IsProblemAsync(single, HttpStatusCode.BadRequest);
        Assert.Contains("offset", problem.GetProperty("errors").GetProperty("runAt")[0].GetString(), StringComparison.Ordinal);
        await ProblemAssert.NamesFieldAsync(batch, "jobs[0].runAt");
    }

    [Theory]
    [InlineData("Z", 0)]
    [InlineData("+05:30", 330)]
    [InlineData("-05:00", -300)]
    public async Task Enqueue_ForATimeWithAnOffset_RunsThen(string offset, int minutes)
    {
        using var client = await SignUpAsync();
        var local = new DateTime(DateTime.UtcNow.Year + 1, 1, 2, 10, 0, 0, DateTimeKind.Unspecified);

        var job = await EnqueueAsync(client, $$"""{"kind":"demo.noop","payload":{},"runAt":"{{local:yyyy-MM-dd'T'HH:mm:ss}}{{offset}}"}""");

        Assert.Equal(new DateTimeOffset(local, TimeSpan.FromMinutes(minutes)), job.RunAt);
        Assert.Equal(TimeSpan.Zero, job.RunAt.Offset);
    }

    [Theory]
    [InlineData("{")]
    [InlineData("null")]
    [InlineData("[]")]
    public async Task Enqueue_WithoutAJobInTheBody_IsABadRequest(string json)
    {
        using var client = await SignUpAsync();

        using var response = await PostAsync(client, "/forge/jobs", json);

        await ProblemAssert.IsProblemAsync(response, HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task Enqueue_WithAHugeBody_IsTooLarge()
    {
        using var client = await SignUpAsync();

        // The server answers without reading the body and closes the connection; asked first, the client hears the answer instead of a broken pipe.
        client.DefaultRequestHeaders.ExpectContinue = true;

        using var response = await PostAsync(client, "/forge/jobs", $$$"""{"kind":"demo.noop","payload":{"text":"{{{new string('x', 2 * 1024 * 1024)}}}"}}""");

        await ProblemAssert.IsProblemAsync(response, HttpStatusCode.RequestEntityTooLarge);
    }

    [Fact]
    public async Task Enqueue_OfAMail_IsForAdministratorsOnly()
    {
        const string Mail = """{"kind":"email.send","payload":{"to":"ada@example.org","subject":"Hello","body":"Ada"},"delaySeconds":3600}""";
        using var user = await SignUpAsync();
        using var admin = await SignInAsAdminAsync();

        using var refused = await PostAsync(user, "/forge/jobs", Mail);
        using var refusedBatch = await PostAsync(user, "/forge/jobs/batch", Batch([Noop, Mail]));
        var job = await EnqueueAsync(admin, Mail);

        await ProblemAssert.IsProblemAsync(refused, HttpStatusCode.Forbidden);
        await ProblemAssert.IsProblemAsync(refusedBatch, HttpStatusCode.Forbidden);
        Assert.Equal(("email.send", "mail", "scheduled"), (job.Kind, job.Queue, job.State));
    }

    [Theory]
    [InlineData("""{"subject":"Hello","body":"Ada"}""", "payload.to")]
    [InlineData("""{"to":"","subject":"Hello","body":"Ada"}""", "payload.to")]
    [InlineData("""{"to":"ada@example.org, eve@example.org","subject":"Hello","body":"Ada"}""", "payload.to")]
    [InlineData("""{"to":"Ada <ada@example.org>","subject":"Hello","body":"Ada"}""", "payload.to")]
    [InlineData("""{"to":"ada@example.org\r\nBcc: eve@example.org","subject":"Hello","body":"Ada"}""", "payload.to")]
    [InlineData("""{"to":"ada@example.org","subject":"Hello\r\nBcc: eve@example.org","body":"Ada"}""", "payload.subject")]
    [InlineData("""{"to":"ada@example.org","subject":" ","body":"Ada"}""", "payload.subject")]
    [InlineData("""{"to":"ada@example.org","subject":"Hello"}""", "payload.body")]
    public async Task Enqueue_OfAMailThatCannotBeSent_NamesTheField(string payload, string field)
    {
        using var admin = await SignInAsAdminAsync();

        using var response = await PostAsync(admin, "/forge/jobs", $$"""{"kind":"email.send","payload":{{payload}}}""");

        await ProblemAssert.NamesFieldAsync(response, field);
    }

    [Fact]
    public async Task Enqueue_WhenAnonymous_IsUnauthorized()
    {
        using var client = Anonymous();

        using var response = await PostAsync(client, "/forge/jobs", Noop);

        await ProblemAssert.IsProblemAsync(response, HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Enqueue_OfADemoKindWhereTheLabIsOff_DoesNotKnowIt()
    {
        using var client = await SignUpAsync();
        using var withoutLab = stores.Api.CreateClient();
        var email = $"u{Guid.NewGuid():N}@example.org";
        using var registered = await PostAsync(withoutLab, "/forge/register", $$"""{"email":"{{email}}","username":"Ada","password":"correct horse"}""");
        using var login = await PostAsync(withoutLab, "/forge/login", $$"""{"email":"{{email}}","password":"correct horse"}""");
        var tokens = await ReadAsync<TokenResponse>(login, HttpStatusCode.OK);
        withoutLab.DefaultRequestHeaders.Authorization = new("Bearer", tokens.AccessToken);

        using var response = await PostAsync(withoutLab, "/forge/jobs", Noop);

        await ProblemAssert.NamesFieldAsync(response, "kind");
    }

    [Fact]
    public async Task Enqueue_WhenUniqueKeyIsTaken_NamesTheLiveJobUntilItIsGone()
    {
        using var client = await SignUpAsync();
        using var other = await SignUpAsync();
        const string Unique = """{"kind":"demo.noop","payload":{},"delaySeconds":3600,"uniqueKey":"one"}""";
        var first = await EnqueueAsync(client, Unique);

        using var second = await PostAsync(client, "/forge/jobs", Unique);
        var problem = await ProblemAssert.IsProblemAsync(second, HttpStatusCode.Conflict);
        Assert.Equal(first.Id, problem.GetProperty("jobId").GetGuid());

        Assert.NotEqual(first.Id, (await EnqueueAsync(other, Unique)).Id);

        using var cancelled = await PostAsync(client, $"/forge/jobs/{first.Id}/cancel", "");
        Assert.NotEqual(first.Id, (await EnqueueAsync(client, Unique)).Id);
    }

    [Fact]
    public async Task Enqueue_WithARepeatedIdempotencyKey_AnswersWithTheFirstJob()
    {
        using var client = await SignUpAsync();
        using var other = await SignUpAsync();

        using var first = await PostAsync(client, "/forge/jobs", Later, "key");
        using var again = await PostAsync(client, "/forge/jobs", Later, "key");
        using var different = await PostAsync(client, "/forge/jobs", Noop, "key");
        using var others = await PostAsync(other, "/forge/jobs", Later, "key");

        var job = await ReadAsync<JobResponse>(first, HttpStatusCode.Accepted);
        Assert.Equal(job.Id, (await ReadAsync<JobResponse>(again, HttpStatusCode.Accepted)).Id);
        Assert.NotEqual(job.Id, (await ReadAsync<JobResponse>(others, HttpStatusCode.Accepted)).Id);
        var problem = await ProblemAssert.IsProblemAsync(different, HttpStatusCode.UnprocessableEntity);
        Assert.Equal(job.Id, problem.GetProperty("jobId").GetGuid());
    }

    [Fact]
    public async Task Enqueue_WithAnIdempotencyKeyThatIsNone_NamesTheHeader()
    {
        using var client = await SignUpAsync();

        using var response = await PostAsync(client, "/forge/jobs", Noop, new string('k', 201));

        await ProblemAssert.NamesFieldAsync(response, "Idempotency-Key");
    }

    [Fact]
    public async Task EnqueueBatch_WithManyJobs_EnqueuesAllInOrder()
    {
        using var client = await SignUpAsync();

        using var response = await PostAsync(client, "/forge/jobs/batch", Batch(Enumerable.Repeat(Later, 1_000)));

        var ids = (await ReadAsync<EnqueueBatchResponse>(response, HttpStatusCode.Accepted)).Ids;
        Assert.Equal(1_000, ids.Distinct().Count());
        Assert.Equal("scheduled", (await GetJobAsync(client, ids[999])).State);
    }

    [Fact]
    public async Task EnqueueBatch_WithOneWrongJob_NamesItAndEnqueuesNone()
    {
        using var client = await SignUpAsync();

        using var response = await PostAsync(client, "/forge/jobs/batch", Batch([Later, """{"kind":"demo.sleep","payload":{"ms":-1}}"""]));

        await ProblemAssert.NamesFieldAsync(response, "jobs[1].payload.ms");
        Assert.Empty(await ListAsync(client));
    }

    [Fact]
    public async Task EnqueueBatch_WithATakenUniqueKey_EnqueuesNone()
    {
        using var client = await SignUpAsync();
        const string Unique = """{"kind":"demo.noop","payload":{},"delaySeconds":3600,"uniqueKey":"one"}""";
        var first = await EnqueueAsync(client, Unique);

        using var response = await PostAsync(client, "/forge/jobs/batch", Batch([Later, Unique]));
        using var twice = await PostAsync(client, "/forge/jobs/batch", Batch([Later, Unique.Replace("one", "two", StringComparison.Ordinal), Unique.Replace("one", "two", StringComparison.Ordinal)]));

        var problem = await ProblemAssert.IsProblemAsync(response, HttpStatusCode.Conflict);
        Assert.Equal(first.Id, problem.GetProperty("jobId").GetGuid());
        await ProblemAssert.NamesFieldAsync(twice, "jobs[2].uniqueKey");
        Assert.Equal([first.Id], await ListAsync(client));
    }

    [Fact]
    public async Task EnqueueBatch_OutOfItsBounds_NamesTheField()
    {
        using var client = await SignUpAsync();

        using var none = await PostAsync(client, "/forge/jobs/batch", Batch([]));
        using var tooMany = await PostAsync(client, "/forge/jobs/batch", Batch(Enumerable.Repeat(Later, 1_001)));
        using var withKey = await PostAsync(client, "/forge/jobs/batch", Batch([Later]), "key");

        await ProblemAssert.NamesFieldAsync(none, "jobs");
        await ProblemAssert.NamesFieldAsync(tooMany, "jobs");
        await ProblemAssert.NamesFieldAsync(withKey, "Idempotency-Key");
    }

    private static string Batch(IEnumerable<string> jobs) => $$"""{"jobs":[{{string.Join(',', jobs)}}]}""";

    private static async Task<IEnumerable<Guid>> ListAsync(HttpClient client)
    {
        using var response = await client.GetAsync("/forge/jobs", Cancellation);
        return (await ReadAsync<Page<JobResponse>>(response, HttpStatusCode.OK)).Items.Select(job => job.Id);
    }
}
