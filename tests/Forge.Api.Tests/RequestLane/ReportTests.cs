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
}
