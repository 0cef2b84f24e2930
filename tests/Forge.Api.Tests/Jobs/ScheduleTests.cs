using System.Net;
using System.Text;
using Forge.Api.Tests.Infrastructure;
using Forge.Contracts;

namespace Forge.Api.Tests.Jobs;

public sealed class ScheduleTests(JobsApi api) : JobsTest(api)
{
    private const string Never = """{"kind":"demo.noop","payload":{},"cron":"0 0 0 1 1 ? 2099","timeZone":"Europe/Berlin"}""";
    private const string EachSecond = """{"kind":"demo.noop","payload":{},"cron":"* * * * * ?"}""";

    [Fact]
    public async Task Put_CreatesThenReplaces_AndCanBeReadListedAndDeleted()
    {
        using var admin = await SignInAsAdminAsync();
        var address = NewAddress();

        using var created = await PutAsync(admin, address, Never);
        using var updated = await PutAsync(admin, address, """{"kind":"report.generate","payload":{"reportId":"a","pages":2},"cron":"0 0 3 * * ?","enabled":false}""");
        using var read = await admin.GetAsync(address, Cancellation);
        using var deleted = await admin.DeleteAsync(address, Cancellation);
        using var gone = await admin.GetAsync(address, Cancellation);
        using var deletedAgain = await admin.DeleteAsync(address, Cancellation);

        var first = await ReadAsync<ScheduleResponse>(created, HttpStatusCode.Created);
        Assert.Equal(address, created.Headers.Location?.OriginalString);
        Assert.Equal(("demo.noop", "0 0 0 1 1 ? 2099", "Europe/Berlin", true), (first.Kind, first.Cron, first.TimeZone, first.Enabled));
        Assert.Equal(new DateTimeOffset(2098, 12, 31, 23, 0, 0, TimeSpan.Zero), first.NextFireAt);
        Assert.Equal(new ScheduleLinks(address, $"{address}/run", null), first.Links);
        var second = await ReadAsync<ScheduleResponse>(updated, HttpStatusCode.OK);
        Assert.Equal(("report.generate", "UTC", false, null), (second.Kind, second.TimeZone, second.Enabled, second.NextFireAt));
        Assert.Equal(2, (await ReadAsync<ScheduleResponse>(read, HttpStatusCode.OK)).Payload.GetProperty("pages").GetInt32());
        Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
        await ProblemAssert.IsProblemAsync(gone, HttpStatusCode.NotFound);
        await ProblemAssert.IsProblemAsync(deletedAgain, HttpStatusCode.NotFound);
    }

    [Theory]
    [InlineData("""{"payload":{},"cron":"* * * * * ?"}""", "kind")]
    [InlineData("""{"kind":"nope","payload":{},"cron":"* * * * * ?"}""", "kind")]
    [InlineData("""{"kind":"report.generate","payload":{"reportId":"a","pages":0},"cron":"* * * * * ?"}""", "payload.pages")]
    [InlineData("""{"kind":"demo.noop","cron":"* * * * * ?"}""", "payload")]
    [InlineData("""{"kind":"demo.noop","payload":{}}""", "cron")]
    [InlineData("""{"kind":"demo.noop","payload":{},"cron":"* * * * *"}""", "cron")]
    [InlineData("""{"kind":"demo.noop","payload":{},"cron":"0 0 3 13 * FRI"}""", "cron")]
    [InlineData("""{"kind":"demo.noop","payload":{},"cron":"0 0 3 1/5 * MON"}""", "cron")]
    [InlineData("""{"kind":"demo.noop","payload":{},"cron":"0 0 0 1 1 ? 2020"}""", "cron")]
    [InlineData("""{"kind":"demo.noop","payload":{},"cron":"* * * * * ?","timeZone":"Mars"}""", "timeZone")]
    [InlineData("""{"kind":"demo.noop","payload":{},"cron":"* * * * * ?","timeZone":"Eastern Standard Time"}""", "timeZone")]
    [InlineData("""{"kind":"demo.noop","payload":{},"cron":"* * * * * ?","enabled":"yes"}""", "enabled")]
    public async Task Put_OfWhatDoesNotFit_NamesTheField(string json, string field)
    {
        using var admin = await SignInAsAdminAsync();

        using var response = await PutAsync(admin, NewAddress(), json);

        await ProblemAssert.NamesFieldAsync(response, field);
    }

    [Theory]
    [InlineData("true")]
    [InlineData("false")]
    public async Task Put_ShowsTheNextFireTimes_AlsoWhileItIsDisabled(string enabled)
    {
        using var admin = await SignInAsAdminAsync();
        var address = NewAddress();

        using var put = await PutAsync(admin, address, $$"""{"kind":"demo.noop","payload":{},"cron":"0 0 12 24 12 ? 2097/1","timeZone":"Europe/Berlin","enabled":{{enabled}}}""");
        using var read = await admin.GetAsync(address, Cancellation);

        DateTimeOffset[] expected = [.. Enumerable.Range(2097, 5).Select(year => new DateTimeOffset(year, 12, 24, 11, 0, 0, TimeSpan.Zero))];
        Assert.Equal(expected, (await ReadAsync<ScheduleResponse>(put, HttpStatusCode.Created)).NextFireTimes);
        Assert.Equal(expected, (await ReadAsync<ScheduleResponse>(read, HttpStatusCode.OK)).NextFireTimes);
        using var deleted = await admin.DeleteAsync(address, Cancellation);
    }

    [Theory]
    [InlineData("a%20b")]
    [InlineData("-a")]
    [InlineData("a%0Ab")]
    public async Task Put_UnderABadName_NamesIt_AndNothingIsThere(string name)
    {
        using var admin = await SignInAsAdminAsync();

        using var response = await PutAsync(admin, $"/forge/schedules/{name}", Never);
        using var read = await admin.GetAsync($"/forge/schedules/{name}", Cancellation);
        using var deleted = await admin.DeleteAsync($"/forge/schedules/{name}", Cancellation);

        await ProblemAssert.NamesFieldAsync(response, "name");
        await ProblemAssert.IsProblemAsync(read, HttpStatusCode.NotFound);
        await ProblemAssert.IsProblemAsync(deleted, HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Schedules_AreChangedByAdministratorsOnly_AndHiddenFromOthers()
    {
        using var admin = await SignInAsAdminAsync();
        using var user = await SignUpAsync();
        using var anonymous = Anonymous();
        var address = NewAddress();
        using var created = await PutAsync(admin, address, Never);

        using var put = await PutAsync(user, address, Never);
        using var run = await PostAsync(user, $"{address}/run", "");
        using var deleted = await user.DeleteAsync(address, Cancellation);
        using var read = await user.GetAsync(address, Cancellation);
        using var list = await user.GetAsync("/forge/schedules", Cancellation);
        using var unknown = await anonymous.GetAsync("/forge/schedules", Cancellation);

        foreach (var forbidden in new[] { put, run, deleted })
        {
            await ProblemAssert.IsProblemAsync(forbidden, HttpStatusCode.Forbidden);
        }

        await ProblemAssert.IsProblemAsync(read, HttpStatusCode.NotFound);
        Assert.Empty((await ReadAsync<Page<ScheduleResponse>>(list, HttpStatusCode.OK)).Items);
        await ProblemAssert.IsProblemAsync(unknown, HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task List_PageByPage_ShowsThemByName()
    {
        using var admin = await SignInAsAdminAsync();
        var prefix = $"page-{Guid.NewGuid():N}";
        foreach (var letter in new[] { "c", "a", "b" })
        {
            using var created = await PutAsync(admin, $"/forge/schedules/{prefix}-{letter}", Never);
        }

        using var first = await admin.GetAsync($"/forge/schedules?after={prefix}&limit=2", Cancellation);
        var page = await ReadAsync<Page<ScheduleResponse>>(first, HttpStatusCode.OK);
        using var second = await admin.GetAsync($"/forge/schedules?after={page.Next}&limit=1", Cancellation);

        Assert.Equal([$"{prefix}-a", $"{prefix}-b"], page.Items.Select(schedule => schedule.Name));
        Assert.Equal($"{prefix}-c", Assert.Single((await ReadAsync<Page<ScheduleResponse>>(second, HttpStatusCode.OK)).Items).Name);
    }

    [Theory]
    [InlineData("limit=0", "limit")]
    [InlineData("limit=many", "limit")]
    [InlineData("after=%00", "after")]
    public async Task List_WithAParameterOutOfBounds_NamesIt(string query, string field)
    {
        using var admin = await SignInAsAdminAsync();

        using var response = await admin.GetAsync($"/forge/schedules?{query}", Cancellation);

        await ProblemAssert.NamesFieldAsync(response, field);
    }

    [Fact]
    public async Task Run_OfADisabledSchedule_AnswersWithItsJob()
    {
        using var admin = await SignInAsAdminAsync();
        var address = NewAddress();
        using var created = await PutAsync(admin, address, """{"kind":"demo.noop","payload":{},"cron":"* * * * * ?","enabled":false}""");

        using var response = await PostAsync(admin, $"{address}/run", "");
        using var unknown = await PostAsync(admin, $"{NewAddress()}/run", "");

        var job = await ReadAsync<JobResponse>(response, HttpStatusCode.Accepted);
        Assert.Equal($"/forge/jobs/{job.Id}", response.Headers.Location?.OriginalString);
        await WaitForAsync(admin, job.Id, "completed");
        await ProblemAssert.IsProblemAsync(unknown, HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task EachSecond_FiresByItself_UntilItIsDeleted()
    {
        using var admin = await SignInAsAdminAsync();
        var address = NewAddress();
        using var created = await PutAsync(admin, address, EachSecond);

        var schedule = await ReadAsync<ScheduleResponse>(created, HttpStatusCode.Created);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        limit.CancelAfter(TimeSpan.FromMinutes(1));
        while (schedule.LastJobId is null)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(100), limit.Token);
            using var read = await admin.GetAsync(address, limit.Token);
            schedule = await ReadAsync<ScheduleResponse>(read, HttpStatusCode.OK);
        }

        using var deleted = await admin.DeleteAsync(address, Cancellation);
        await WaitForAsync(admin, schedule.LastJobId.Value, "completed");
        Assert.Equal($"/forge/jobs/{schedule.LastJobId}", schedule.Links.LastJob);
        Assert.Equal(schedule.Kind, (await GetJobAsync(admin, schedule.LastJobId.Value)).Kind);
        Assert.Matches("^[0-9a-f]{32}$", (await GetJobAsync(admin, schedule.LastJobId.Value)).TraceId);
    }

    private static string NewAddress() => $"/forge/schedules/s-{Guid.NewGuid():N}";

    private static Task<HttpResponseMessage> PutAsync(HttpClient client, string address, string json) =>
        client.PutAsync(address, new StringContent(json, Encoding.UTF8, "application/json"), Cancellation);
}
