using System.Net;
using Forge.Api.Tests.Infrastructure;
using Forge.Api.Tests.Jobs;
using Forge.Contracts;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Forge.Api.Tests.Uploads;

public sealed class ImportUploadTests(JobsApi api) : JobsTest(api)
{
    private const int Limit = 100 * 1024 * 1024;

    private readonly JobsApi _api = api;

    [Fact]
    public async Task Import_OfTheLargestSize_IsStoredWithItsJob()
    {
        using var client = await SignUpAsync();

        using var response = await SendAsync(client, Limit);

        var job = await ReadAsync<JobResponse>(response, HttpStatusCode.Accepted);
        Assert.Equal(("pipeline.import", "default"), (job.Kind, job.Queue));
        await using var command = _api.Factory.Services.GetRequiredService<NpgsqlDataSource>().CreateCommand(
            "select length, (select sum(length(content)) from upload_chunks where upload_id = id) from uploads where job_id = @id");
        command.Parameters.Add(new("id", job.Id));
        await using var reader = await command.ExecuteReaderAsync(Cancellation);
        Assert.True(await reader.ReadAsync(Cancellation));
        Assert.Equal((Limit, Limit), (reader.GetInt64(0), reader.GetInt64(1)));
    }

    [Fact]
    public async Task Import_ThatIsTooLargeOrEmptyOrNoFile_IsRefused()
    {
        using var client = await SignUpAsync();
        client.DefaultRequestHeaders.ExpectContinue = true; // else the answer may come as a broken pipe

        using var tooLarge = await SendAsync(client, Limit + 1);
        using var empty = await SendAsync(client, 0);
        using var noFile = await PostAsync(client, "/forge/imports", "{}");

        await ProblemAssert.IsProblemAsync(tooLarge, HttpStatusCode.RequestEntityTooLarge);
        await ProblemAssert.IsProblemAsync(empty, HttpStatusCode.BadRequest);
        await ProblemAssert.IsProblemAsync(noFile, HttpStatusCode.UnsupportedMediaType);
    }

    [Fact]
    public async Task Import_WithARepeatedIdempotencyKey_IsStoredOnce()
    {
        using var client = await SignUpAsync();

        using var first = await SendAsync(client, 100, "key");
        using var again = await SendAsync(client, 100, "key");
        using var other = await SendAsync(client, 101, "key");

        var job = await ReadAsync<JobResponse>(first, HttpStatusCode.Accepted);
        Assert.Equal(job.Id, (await ReadAsync<JobResponse>(again, HttpStatusCode.Accepted)).Id);
        await ProblemAssert.IsProblemAsync(other, HttpStatusCode.UnprocessableEntity);
    }

    [Fact]
    public async Task Import_WhenAnonymous_IsUnauthorized()
    {
        using var client = Anonymous();

        using var response = await SendAsync(client, 100);

        await ProblemAssert.IsProblemAsync(response, HttpStatusCode.Unauthorized);
    }

    private static async Task<HttpResponseMessage> SendAsync(HttpClient client, int length, string? idempotencyKey = null)
    {
        using var form = new MultipartFormDataContent { { new ByteArrayContent(new byte[length]), "file", "sales.csv" } };
        using var request = new HttpRequestMessage(HttpMethod.Post, "/forge/imports") { Content = form };
        if (idempotencyKey is not null)
        {
            request.Headers.Add("Idempotency-Key", idempotencyKey);
        }

        return await client.SendAsync(request, Cancellation);
    }
}
