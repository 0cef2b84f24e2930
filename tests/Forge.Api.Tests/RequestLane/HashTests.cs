using System.Net.Http.Json;
using System.Security.Cryptography;
using Forge.Api.Tests.Infrastructure;
using Forge.Contracts;

namespace Forge.Api.Tests.RequestLane;

public sealed class HashTests(Stores stores) : ApiTest(stores)
{
    [Fact]
    public async Task Hash_WhenGivenAPassword_AnswersItsPbkdf2UnderARandomSalt()
    {
        var first = await HashAsync("pässword");
        var second = await HashAsync("pässword");

        Assert.Equal(("PBKDF2-SHA256", 100_000), (first.Algorithm, first.Iterations));
        Assert.NotEqual(first.Salt, second.Salt);
        var expected = Rfc2898DeriveBytes.Pbkdf2("pässword", Convert.FromHexString(first.Salt), 100_000, HashAlgorithmName.SHA256, 32);
        Assert.Equal(Convert.ToHexStringLower(expected), first.Hash);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"password":""}""")]
    [InlineData("""{"password":null}""")]
    [InlineData("""{"password":12345}""")]
    public async Task Hash_WhenThePasswordIsWrong_NamesIt(string body)
    {
        using var response = await Client.PostAsync("/forge/hash", Json(body), Cancellation);

        await ProblemAssert.NamesFieldAsync(response, "password");
    }

    private async Task<HashResponse> HashAsync(string password)
    {
        using var response = await Client.PostAsJsonAsync("/forge/hash", new HashRequest(password), Cancellation);
        return (await response.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<HashResponse>(Cancellation))!;
    }
}
