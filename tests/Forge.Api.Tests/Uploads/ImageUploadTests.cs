using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Forge.Api.Tests.Infrastructure;
using Forge.Api.Tests.Jobs;
using Forge.Contracts;
using Forge.Data.Uploads;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Forge.Api.Tests.Uploads;

public sealed class ImageUploadTests(JobsApi api) : JobsTest(api)
{
    private const int Limit = 20 * 1024 * 1024;
    private static readonly byte[] Png = [0x89, .. "PNG\r\n\x1A\n"u8];

    private readonly JobsApi _api = api;

    [Fact]
    public async Task Image_OfTheLargestSize_IsStoredAsItCameWithItsJob()
    {
        using var client = await SignUpAsync();
        var image = Image(Limit);

        using var response = await SendAsync(client, Form(("picture.txt", image)));

        var job = await ReadAsync<JobResponse>(response, HttpStatusCode.Accepted);
        Assert.Equal($"/forge/jobs/{job.Id}", response.Headers.Location?.OriginalString);
        Assert.Equal(("image.thumbnail", "media"), (job.Kind, job.Queue));
        var stored = await ReadUploadAsync(job.Id);
        Assert.True(image.AsSpan().SequenceEqual(stored));
    }

    [Fact]
    public async Task Image_LargerThanTheLimit_IsTooLarge()
    {
        using var client = await SignUpAsync();
        client.DefaultRequestHeaders.ExpectContinue = true; // else the answer may come as a broken pipe

        using var byOne = await SendAsync(client, Form(("a.png", Image(Limit + 1))));
        using var byFar = await SendAsync(client, Form(("a.png", Image(Limit + 100_000))));

        await ProblemAssert.IsProblemAsync(byOne, HttpStatusCode.RequestEntityTooLarge);
        await ProblemAssert.IsProblemAsync(byFar, HttpStatusCode.RequestEntityTooLarge);
    }

    [Fact]
    public async Task Image_LargerThanTheLimitWithoutSayingSo_IsTooLarge()
    {
        using var client = await SignUpAsync();
        client.DefaultRequestHeaders.TransferEncodingChunked = true;

        using var response = await SendAsync(client, Form(("a.png", Image(Limit + 1))));

        await ProblemAssert.IsProblemAsync(response, HttpStatusCode.RequestEntityTooLarge);
    }

    [Fact]
    public async Task Image_WhenThereIsNotExactlyOneFile_IsABadRequest()
    {
        using var client = await SignUpAsync();

        using var none = await SendAsync(client, Form());
        using var two = await SendAsync(client, Form(("a.png", Image(100)), ("b.png", Image(100))));
        using var empty = await SendAsync(client, Form(("a.png", [])));
        using var onlyText = await SendAsync(client, new MultipartFormDataContent { { new StringContent("x"), "note" } });
        using var cutOff = await SendAsync(client, Raw("--b\r\nContent-Disposition: form-data; name=f; filename=a.png\r\n\r\n\x89PNG", "multipart/form-data; boundary=b"));
        using var longHeader = await SendAsync(client, Raw($"--b\r\nX: {new string('x', 20_000)}\r\n\r\n--b--\r\n", "multipart/form-data; boundary=b"));

        foreach (var response in (HttpResponseMessage[])[none, two, empty, onlyText, cutOff, longHeader])
        {
            await ProblemAssert.IsProblemAsync(response, HttpStatusCode.BadRequest);
        }
    }

    [Fact]
    public async Task Image_BesideOtherFields_IsTaken()
    {
        using var client = await SignUpAsync();
        using var form = Form(("a.png", Image(100)));
        form.Add(new StringContent("holiday"), "title");

        using var response = await SendAsync(client, form);

        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
    }

    [Fact]
    public async Task Image_OfAKindThatIsNotTaken_IsAnUnsupportedMediaType()
    {
        using var client = await SignUpAsync();

        using var text = await SendAsync(client, Form(("a.png", "Not an image."u8.ToArray())));
        using var svg = await SendAsync(client, Form(("a.svg", "<svg xmlns='http://www.w3.org/2000/svg'/>"u8.ToArray())));
        using var cutOff = await SendAsync(client, Form(("a.png", Png[..4])));
        using var json = await SendAsync(client, Raw("{}", "application/json"));
        using var noBoundary = await SendAsync(client, Raw("x", "multipart/form-data"));
        using var longBoundary = await SendAsync(client, Raw("x", $"multipart/form-data; boundary={new string('x', 71)}"));

        foreach (var response in (HttpResponseMessage[])[text, svg, cutOff, json, noBoundary, longBoundary])
        {
            await ProblemAssert.IsProblemAsync(response, HttpStatusCode.UnsupportedMediaType);
        }
    }

    [Fact]
    public async Task Image_WithARepeatedIdempotencyKey_IsStoredOnce()
    {
        using var client = await SignUpAsync();

        using var first = await SendAsync(client, Form(("a.png", Image(100))), "key");
        using var again = await SendAsync(client, Form(("b.png", Image(100))), "key");
        using var other = await SendAsync(client, Form(("a.png", Image(101))), "key");

        var job = await ReadAsync<JobResponse>(first, HttpStatusCode.Accepted);
        Assert.Equal(job.Id, (await ReadAsync<JobResponse>(again, HttpStatusCode.Accepted)).Id);
        await ProblemAssert.IsProblemAsync(other, HttpStatusCode.UnprocessableEntity);
    }

    [Fact]
    public async Task Image_WhenAnonymous_IsUnauthorized()
    {
        using var client = Anonymous();

        using var response = await SendAsync(client, Form(("a.png", Image(100))));

        await ProblemAssert.IsProblemAsync(response, HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task OtherRoutes_StillTakeSmallBodiesOnly()
    {
        using var client = await SignUpAsync();
        client.DefaultRequestHeaders.ExpectContinue = true;

        using var response = await PostAsync(client, "/forge/payments", $$"""{"orderId":"{{new string('x', 2 * 1024 * 1024)}}"}""");

        await ProblemAssert.IsProblemAsync(response, HttpStatusCode.RequestEntityTooLarge);
    }

    private static byte[] Image(int length)
    {
        var image = new byte[length];
        new Random(length).NextBytes(image);
        Png.CopyTo(image, 0);
        return image;
    }

    private static MultipartFormDataContent Form(params (string Name, byte[] Content)[] files)
    {
        var form = new MultipartFormDataContent();
        foreach (var (name, content) in files)
        {
            form.Add(new ByteArrayContent(content), "file", name);
        }

        return form;
    }

    private static StringContent Raw(string body, string contentType) =>
        new(body, Encoding.Latin1) { Headers = { ContentType = MediaTypeHeaderValue.Parse(contentType) } };

    private static async Task<HttpResponseMessage> SendAsync(HttpClient client, HttpContent body, string? idempotencyKey = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/forge/images") { Content = body };
        if (idempotencyKey is not null)
        {
            request.Headers.Add("Idempotency-Key", idempotencyKey);
        }

        return await client.SendAsync(request, Cancellation);
    }

    private async Task<byte[]> ReadUploadAsync(Guid jobId)
    {
        var database = _api.Factory.Services.GetRequiredService<NpgsqlDataSource>();
        await using var command = database.CreateCommand("select id from uploads where job_id = @id");
        command.Parameters.Add(new("id", jobId));
        var uploads = new UploadTable(database);
        var upload = await uploads.FindAsync((Guid)(await command.ExecuteScalarAsync(Cancellation))!, Cancellation);
        await using var stream = uploads.OpenContent(upload!);
        using var content = new MemoryStream();
        await stream.CopyToAsync(content, Cancellation);
        return content.ToArray();
    }
}
