using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Forge.Sandbox.Faults;

namespace Forge.Sandbox.Tests.Faults;

public sealed class FaultTests
{
    [Fact]
    public async Task Put_WhenOnlyTheDelayIsGiven_FillsInTheRest()
    {
        await using var sandbox = SandboxApp.Start();

        using var response = await PutAsync(sandbox, "smtp", """{"delayMs":3000}""");

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(new Dictionary<string, Fault> { ["smtp"] = new(DelayMs: 3_000, FailureRate: 0, Status: 503) }, await ListAsync(sandbox));
    }

    [Theory]
    [InlineData("""{"delayMs":-1}""", "delayMs")]
    [InlineData("""{"delayMs":60001}""", "delayMs")]
    [InlineData("""{"delayMs":1.5}""", "delayMs")]
    [InlineData("""{"failureRate":-0.1}""", "failureRate")]
    [InlineData("""{"failureRate":1.1}""", "failureRate")]
    [InlineData("""{"failureRate":"often"}""", "failureRate")]
    [InlineData("""{"status":399}""", "status")]
    [InlineData("""{"status":600}""", "status")]
    public async Task Put_WhenAValueIsOutOfRange_NamesItAndChangesNothing(string body, string field)
    {
        await using var sandbox = SandboxApp.Start();

        using var response = await PutAsync(sandbox, "weather", body);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        using var problem = JsonDocument.Parse(await response.Content.ReadAsStringAsync(SandboxApp.Cancellation));
        Assert.True(problem.RootElement.GetProperty("errors").TryGetProperty(field, out _));
        Assert.Empty(await ListAsync(sandbox));
    }

    [Theory]
    [InlineData("", 400)]
    [InlineData("{", 400)]
    [InlineData("null", 400)]
    [InlineData("[]", 400)]
    public async Task Put_WhenTheBodyIsNoFault_IsAProblem(string body, int status)
    {
        await using var sandbox = SandboxApp.Start();

        using var response = await PutAsync(sandbox, "weather", body);

        Assert.Equal(status, (int)response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
    }

    [Fact]
    public async Task Put_WhenTheBodyIsOversized_IsRefused()
    {
        await using var sandbox = SandboxApp.Start();

        using var response = await PutAsync(sandbox, "weather", $$"""{"delayMs":1,"x":"{{new string('x', 100_000)}}"}""");

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, response.StatusCode);
    }

    [Theory]
    [InlineData("mail")]
    [InlineData("0")]
    [InlineData("smtp,weather")]
    public async Task Put_WhenThereIsNoSuchService_SaysWhichThereAre(string target)
    {
        await using var sandbox = SandboxApp.Start();

        using var response = await PutAsync(sandbox, target, "{}");

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Contains("smtp, weather, payments", await response.Content.ReadAsStringAsync(SandboxApp.Cancellation), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Delete_WhenOneIsNamed_HealsThatOneOnlyAndWithoutANameAll()
    {
        await using var sandbox = SandboxApp.Start();
        foreach (var target in (string[])["smtp", "weather", "payments"])
        {
            await sandbox.SetFaultAsync(target, new(DelayMs: 1));
        }

        using var one = await sandbox.Http.DeleteAsync("/faults/weather", SandboxApp.Cancellation);
        Assert.Equal(["payments", "smtp"], (await ListAsync(sandbox)).Keys.Order());
        using var all = await sandbox.Http.DeleteAsync("/faults", SandboxApp.Cancellation);
        Assert.Empty(await ListAsync(sandbox));
        Assert.Equal((HttpStatusCode.NoContent, HttpStatusCode.NoContent), (one.StatusCode, all.StatusCode));
    }

    private static async Task<Dictionary<string, Fault>> ListAsync(SandboxApp sandbox) =>
        (await sandbox.Http.GetFromJsonAsync<Dictionary<string, Fault>>("/faults", SandboxApp.Cancellation))!;

    private static async Task<HttpResponseMessage> PutAsync(SandboxApp sandbox, string target, string body)
    {
        using var content = new StringContent(body, null, "application/json");
        return await sandbox.Http.PutAsync($"/faults/{target}", content, SandboxApp.Cancellation);
    }
}
