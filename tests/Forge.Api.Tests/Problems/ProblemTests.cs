using System.Net;
using System.Text;
using Forge.Api.Tests.Infrastructure;

namespace Forge.Api.Tests.Problems;

public sealed class ProblemTests(Stores stores) : ApiTest(stores)
{
    [Fact]
    public async Task Body_WhenItCannotBeRead_IsABadRequest()
    {
        string[] bodies = ["", "null", "[]", "\"text\"", "{", "{\"email\":", "{\"email\":\"a\",}", new string('[', 5_000), "\0"];
        foreach (var body in bodies)
        {
            using var response = await Client.PostAsync("/forge/register", Json(body), Cancellation);
            await ProblemAssert.IsProblemAsync(response, HttpStatusCode.BadRequest);
        }
    }

    [Fact]
    public async Task Body_WhenItIsNoUtf8_IsABadRequest()
    {
        using var body = new ByteArrayContent([.. """{"email":"a@example.org","username":"""u8, 0x22, 0xFF, 0xFE, 0x22, 0x7D]);
        body.Headers.ContentType = new("application/json");

        using var response = await Client.PostAsync("/forge/register", body, Cancellation);

        await ProblemAssert.NamesFieldAsync(response, "username");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Body_WhenItIsTooLarge_IsRefused(bool chunked)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/forge/hash") { Content = Json($$"""{"password":"{{new string('x', 2_000_000)}}"}""") };
        request.Headers.TransferEncodingChunked = chunked;

        using var response = await Client.SendAsync(request, Cancellation);

        await ProblemAssert.IsProblemAsync(response, HttpStatusCode.RequestEntityTooLarge);
    }

    [Fact]
    public async Task Body_WhenItIsNoJson_IsAnUnsupportedMediaType()
    {
        using var body = new StringContent("password=x", Encoding.UTF8, "application/x-www-form-urlencoded");

        using var response = await Client.PostAsync("/forge/hash", body, Cancellation);

        await ProblemAssert.IsProblemAsync(response, HttpStatusCode.UnsupportedMediaType);
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/forge")]
    [InlineData("/forge/nothing")]
    [InlineData("/forge/users/not-an-id")]
    public async Task Route_WhenUnknown_IsNotFound(string address)
    {
        using var response = await Client.GetAsync(address, Cancellation);

        await ProblemAssert.IsProblemAsync(response, HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Route_WhenTheMethodIsWrong_SaysWhichAreRight()
    {
        using var response = await Client.GetAsync("/forge/register", Cancellation);

        await ProblemAssert.IsProblemAsync(response, HttpStatusCode.MethodNotAllowed);
        Assert.Equal(["POST"], response.Content.Headers.Allow);
    }

    [Fact]
    public async Task Problem_WhenTheCallerAcceptsOnlyHtml_IsJsonAllTheSame()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/nothing");
        request.Headers.Accept.ParseAdd("text/html");

        using var response = await Client.SendAsync(request, Cancellation);

        await ProblemAssert.IsProblemAsync(response, HttpStatusCode.NotFound);
    }

    [Theory]
    [InlineData("/health")]
    [InlineData("/alive")]
    [InlineData("/openapi/v1.json")]
    [InlineData("/scalar/")]
    public async Task Page_WhenAskedAnonymously_AnswersWithoutPointingToOtherHosts(string address)
    {
        using var response = await Client.GetAsync(address, Cancellation);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.DoesNotContain("https://", await response.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
    }
}
