using System.Net;
using System.Net.Http.Headers;
using Forge.Api.Tests.Infrastructure;
using Forge.Api.Uploads;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Forge.Api.Tests.Uploads;

public sealed class FullUploadDiskTests(Stores stores) : ApiTest(stores)
{
    private const int Max = 100 * 1024 * 1024;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Upload_WhileOthersHaveTheDiskSpace_IsAnswered503UntilTheyAreDone(bool saysItsLength)
    {
        await using var factory = new ApiFactory(Stores, ("Uploads:MaxDiskBytes", $"{Max}"));
        using var client = await SignInAsync(factory);
        using var impatient = await SignInAsync(factory);
        impatient.DefaultRequestHeaders.ExpectContinue = true; // else the answer may come as a broken pipe
        impatient.DefaultRequestHeaders.TransferEncodingChunked = !saysItsLength;
        var disk = factory.Services.GetRequiredService<UploadDisk>();
        await using var connection = await factory.Services.GetRequiredService<NpgsqlDataSource>().OpenConnectionAsync(Cancellation);
        await using var transaction = await connection.BeginTransactionAsync(Cancellation);
        await using var block = new NpgsqlCommand("lock table uploads in share row exclusive mode", connection, transaction);
        await block.ExecuteNonQueryAsync(Cancellation);
        var first = PostAsync(client, 100_000);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        limit.CancelAfter(TimeSpan.FromMinutes(1));
        while (disk.HasRoomFor(Max))
        {
            Assert.False(first.IsCompleted, "It was to wait for the table, with its file on disk.");
            await Task.Delay(TimeSpan.FromMilliseconds(20), limit.Token);
        }

        using var second = await PostAsync(impatient, Max);

        await ProblemAssert.IsProblemAsync(second, HttpStatusCode.ServiceUnavailable);
        Assert.Equal(TimeSpan.FromSeconds(5), second.Headers.RetryAfter?.Delta);
        await transaction.RollbackAsync(Cancellation);
        using var stored = await first;
        Assert.Equal(HttpStatusCode.Accepted, stored.StatusCode);
        Assert.True(disk.HasRoomFor(Max));
        using var again = await PostAsync(impatient, 100_000);
        Assert.Equal(HttpStatusCode.Accepted, again.StatusCode);
    }

    private async Task<HttpClient> SignInAsync(ApiFactory factory)
    {
        var email = NewEmail();
        await RegisterAsync(email);
        var client = factory.CreateClient();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", (await LogInAsync(email)).AccessToken);
        return client;
    }

    private static async Task<HttpResponseMessage> PostAsync(HttpClient client, int length)
    {
        using var form = new MultipartFormDataContent { { new ByteArrayContent(new byte[length]), "file", "sales.csv" } };
        return await client.PostAsync("/forge/imports", form, Cancellation);
    }
}
