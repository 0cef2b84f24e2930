using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Forge.Api.Tests.Infrastructure;
using Forge.Contracts;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using UglyToad.PdfPig;

namespace Forge.Api.Tests.RequestLane;

public sealed class ReportTests(Stores stores) : ApiTest(stores)
{
    [Fact]
    public async Task Report_WhenWritten_CanBeReadAsAPdfOfAllSales()
    {
        var reportId = $"r-{Guid.NewGuid():N}";

        using var written = await Client.PostAsJsonAsync("/forge/report", new ReportRequest(reportId), Cancellation);
        var report = await written.Content.ReadFromJsonAsync<ReportResponse>(Cancellation);
        using var read = await Client.GetAsync(report!.Output, Cancellation);

        Assert.Equal((reportId, 20_000, $"/forge/reports/{reportId}"), (report.ReportId, report.Rows, report.Output));
        Assert.Equal("application/pdf", read.Content.Headers.ContentType?.MediaType);
        using var pdf = PdfDocument.Open(await read.Content.ReadAsByteArrayAsync(Cancellation));
        Assert.Contains(reportId, pdf.GetPage(1).Text, StringComparison.Ordinal);
        Assert.Contains("Anvil", pdf.GetPage(1).Text, StringComparison.Ordinal);
        var text = string.Concat(pdf.GetPages().Select(page => page.Text));
        Assert.All(["Québec", "København", "Łódź", "Αθήνα", "Київ"], region => Assert.Contains(region, text, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Report_WhenItsHourIsOver_IsNotFound()
    {
        var reportId = $"r-{Guid.NewGuid():N}";
        using var written = await Client.PostAsJsonAsync("/forge/report", new ReportRequest(reportId), Cancellation);
        written.EnsureSuccessStatusCode();
        await using var command = Api.Services.GetRequiredService<NpgsqlDataSource>()
            .CreateCommand("UPDATE reports SET expires_at = expires_at - interval '1 hour' WHERE report_id = $1");
        command.Parameters.Add(new NpgsqlParameter { Value = reportId });
        Assert.Equal(1, await command.ExecuteNonQueryAsync(Cancellation));

        using var read = await Client.GetAsync($"/forge/reports/{reportId}", Cancellation);

        await ProblemAssert.IsProblemAsync(read, HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Report_WhenWrittenAgain_ReplacesTheOneThatIsCached()
    {
        var reportId = $"r-{Guid.NewGuid():N}";
        using var first = await Client.PostAsJsonAsync("/forge/report", new ReportRequest(reportId), Cancellation);
        await ReplaceContentAsync(reportId, "first");
        Assert.Equal("first", await ReadAsync(reportId));
        await ReplaceContentAsync(reportId, "second");
        Assert.Equal("first", await ReadAsync(reportId));

        using var second = await Client.PostAsJsonAsync("/forge/report", new ReportRequest(reportId), Cancellation);

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        limit.CancelAfter(TimeSpan.FromSeconds(15));
        while (!(await ReadAsync(reportId)).StartsWith("%PDF", StringComparison.Ordinal))
        {
            await Task.Delay(20, limit.Token);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("a b")]
    [InlineData("a/b")]
    [InlineData("a\n")]
    [InlineData("\0")]
    [InlineData("é")]
    [InlineData("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    public async Task Report_WhenTheIdIsNoId_NamesIt(string reportId)
    {
        using var response = await Client.PostAsync("/forge/report", Json(JsonSerializer.Serialize(new { reportId })), Cancellation);

        await ProblemAssert.NamesFieldAsync(response, "reportId");
    }

    [Fact]
    public async Task GetReport_WhenTheIdIsNoId_NamesIt()
    {
        using var response = await Client.GetAsync("/forge/reports/a%20b", Cancellation);

        await ProblemAssert.NamesFieldAsync(response, "reportId");
    }

    private Task<string> ReadAsync(string reportId) => Client.GetStringAsync($"/forge/reports/{reportId}", Cancellation);

    private async Task ReplaceContentAsync(string reportId, string content)
    {
        await using var command = Api.Services.GetRequiredService<NpgsqlDataSource>()
            .CreateCommand("UPDATE reports SET content = convert_to($2, 'UTF8') WHERE report_id = $1");
        command.Parameters.Add(new NpgsqlParameter { Value = reportId });
        command.Parameters.Add(new NpgsqlParameter { Value = content });
        Assert.Equal(1, await command.ExecuteNonQueryAsync(Cancellation));
    }
}
