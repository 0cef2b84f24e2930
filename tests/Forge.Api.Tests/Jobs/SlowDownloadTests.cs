using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using Forge.Api.Tests.Infrastructure;
using Forge.Contracts;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Forge.Api.Tests.Jobs;

/// <summary>Files that nobody hurries to read, on an API with few connections to Postgres.</summary>
public sealed class SlowDownloadTests(Stores stores) : IAsyncLifetime
{
    private const int PoolSize = 6;

    /// <summary>More than what fits into the buffers on the way.</summary>
    private const int FileBytes = 32 * 1024 * 1024;

    private ApiFactory _api = null!;
    private HttpClient _client = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _api = new ApiFactory(
            stores,
            ("ConnectionStrings:forgedb", $"{await stores.CreateDatabaseAsync()};Maximum Pool Size={PoolSize};Timeout=5"),
            ("Jobs:KeyPrefix", $"{{test:{Guid.NewGuid():N}}}"));
        _api.StartServer();
        _client = _api.CreateClient();
        using var login = await _client.PostAsJsonAsync("/forge/login", new LoginRequest("admin@forge.local", ApiFactory.AdminPassword), Cancellation);
        var tokens = await login.Content.ReadFromJsonAsync<TokenResponse>(Cancellation);
        _client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", tokens!.AccessToken);
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _api.DisposeAsync();
    }

    [Fact]
    public async Task GetResult_ByMoreSlowReadersThanThereAreConnections_LeavesTheOtherRoutesTheirs()
    {
        var id = await StoreFileAsync();
        var readers = new List<HttpResponseMessage>();
        try
        {
            for (var reader = 0; reader < 2 * PoolSize; reader++)
            {
                readers.Add(await OpenAsync(id));
            }

            using var other = await _client.GetAsync($"/forge/jobs/{id}", Cancellation);

            Assert.Equal(HttpStatusCode.OK, other.StatusCode);
            Assert.All(readers, reader => Assert.Equal((HttpStatusCode.OK, FileBytes), (reader.StatusCode, reader.Content.Headers.ContentLength)));
            Assert.Equal(FileBytes, (await readers[^1].Content.ReadAsByteArrayAsync(Cancellation)).Length);
        }
        finally
        {
            readers.ForEach(reader => reader.Dispose());
        }
    }

    [Fact]
    public async Task GetResult_WhenTheJobIsDeletedMeanwhile_BreaksOffRatherThanEnds()
    {
        var id = await StoreFileAsync();
        using var reading = await OpenAsync(id);

        using var deleted = await _client.DeleteAsync($"/forge/jobs/{id}", Cancellation);

        Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
        await Assert.ThrowsAsync<HttpRequestException>(() => reading.Content.ReadAsByteArrayAsync(Cancellation));
    }

    private Task<HttpResponseMessage> OpenAsync(Guid id) =>
        _client.GetAsync($"/forge/jobs/{id}/result", HttpCompletionOption.ResponseHeadersRead, Cancellation);

    private async Task<Guid> StoreFileAsync()
    {
        var id = Guid.CreateVersion7();
        await using var command = _api.Services.GetRequiredService<NpgsqlDataSource>().CreateCommand(
            """
            with job as (
                insert into jobs.job (id, kind, version, queue, priority, state, payload, max_attempts, finished_at)
                values (@id, 'report.generate', 1, 'reports', 5, 'completed', '{}', 1, now())
            )
            insert into jobs.result_file (job_id, content_type, file_name, content) values (@id, 'text/plain', 'x.txt', convert_to(repeat('x', @bytes), 'UTF8'))
            """);
        command.Parameters.Add(new("id", id));
        command.Parameters.Add(new("bytes", FileBytes));
        await command.ExecuteNonQueryAsync(Cancellation);
        return id;
    }
}
