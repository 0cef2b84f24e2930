using System.Net;
using Forge.Contracts;

namespace Forge.Api.Tests.Jobs;

public sealed class DeadLetterTests(JobsApi api) : JobsTest(api)
{
    private const string Failing = """{"kind":"demo.fail","payload":{"times":1}}""";

    [Fact]
    public async Task DeadLetters_AreTheCallersOwn_AndAllForAdministrators()
    {
        using var owner = await SignUpAsync();
        using var other = await SignUpAsync();
        using var admin = await SignInAsAdminAsync();
        var first = await EnqueueAsync(owner, Failing);
        await WaitForAsync(owner, first.Id, "discarded");
        var last = await EnqueueAsync(owner, Failing);
        await WaitForAsync(owner, last.Id, "discarded");

        var letters = await ListAsync(owner);

        var group = Assert.Single(letters.Items);
        var error = Assert.Single((await GetJobAsync(owner, last.Id)).Errors);
        var (firstAt, lastAt) = ((await GetJobAsync(owner, first.Id)).FinishedAt!.Value, (await GetJobAsync(owner, last.Id)).FinishedAt!.Value);
        Assert.Equal(new DeadLetterGroupResponse("demo.fail", error.Type, "Of no use.", 2, firstAt, lastAt, last.Id), group);
        Assert.True(letters.Complete);
        Assert.Empty((await ListAsync(other)).Items);
        Assert.True((await ListAsync(admin)).Items.Single(item => item.Kind == "demo.fail").Count >= 2);
    }

    private static async Task<DeadLettersResponse> ListAsync(HttpClient client)
    {
        using var response = await client.GetAsync("/forge/dead-letters", Cancellation);
        return await ReadAsync<DeadLettersResponse>(response, HttpStatusCode.OK);
    }
}
