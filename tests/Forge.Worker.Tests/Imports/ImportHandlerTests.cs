using System.Text;
using Forge.Contracts;
using Forge.Jobs;
using Forge.Worker.Tests.Uploads;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Forge.Worker.Tests.Imports;

public sealed class ImportHandlerTests(WorkerHost worker)
{
    private const string Header = "sold_on,region,product,quantity,unit_price\n";
    private const string Good = "2025-01-31,North,Anvil,2,389.00\n";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("\n", "")]
    [InlineData("\r\n", "")]
    [InlineData("\r\n", "\uFEFF")]
    public async Task Import_WithAnyLineEnds_StoresTheRowsWithTheirLines(string lineEnd, string mark)
    {
        var csv = mark + (Header + Good + "\n" + "2025-02-01,\"South, by \"\"sea\"\"\",\"Bellows,\nleather\",1,249.9\n2024-02-29,Zürich,鉄床,3,0").Replace("\n", lineEnd, StringComparison.Ordinal);

        var job = await ImportAsync(csv);

        AssertResult(job, rows: 3, rejected: 0);
        Assert.Equal(
            [
                "2|2025-01-31|North|Anvil|2|389.00",
                "4|2025-02-01|South, by \"sea\"|Bellows, leather|1|249.90",
                "6|2024-02-29|Zürich|鉄床|3|0.00",
            ],
            (await ReadRowsAsync(job.Id)).Select(row => row.Replace(lineEnd, " ", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Import_WithColumnsInAnotherOrderAndMore_FindsThemByName()
    {
        var job = await ImportAsync("Note,UNIT_PRICE,quantity,product, region ,sold_on\nx,1.5,1,Anvil,North,2025-01-31\n");

        Assert.Equal(["2|2025-01-31|North|Anvil|1|1.50"], await ReadRowsAsync(job.Id));
    }

    [Fact]
    public async Task Import_WithBadRows_StoresTheOthersAndSaysWhatIsWrong()
    {
        var csv = Header + Good
            + "31.01.2025,North,Anvil,1,1\n"
            + "2025-01-31,,Anvil,1,1\n"
            + $"2025-01-31,North,{new string('x', 201)},1,1\n"
            + "2025-01-31,North,Anvil,0,1\n"
            + "2025-01-31,North,Anvil,-1,1\n"
            + "2025-01-31,North,Anvil,99999999999,1\n"
            + "2025-01-31,North,Anvil,1,1.005\n"
            + "2025-01-31,North,Anvil,1,\"1,000\"\n"
            + "2025-01-31,North\n"
            + "2025-01-31,No\0rth,Anvil,1,1\n"
            + Good;

        var job = await ImportAsync(csv);

        AssertResult(job, rows: 2, rejected: 10);
        Assert.Equal(
            ["3 sold_on", "4 region", "5 product", "6 quantity", "7 quantity", "8 quantity", "9 unit_price", "10 unit_price", "11 product", "12 region"],
            job.Result!.Value.GetProperty("errors").EnumerateArray().Select(error => $"{error.GetProperty("line")} {error.GetProperty("column").GetString()}"));
        Assert.Equal(["2", "13"], (await ReadRowsAsync(job.Id)).Select(row => row.Split('|')[0]));
    }

    [Fact]
    public async Task Import_WithOneQuoteThatIsNeverClosed_LosesNoRow()
    {
        var lines = Enumerable.Range(1, 50).Select(_ => Good).ToArray();
        lines[2] = "2025-01-31,\"North,Anvil,2,389.00\n";

        var job = await ImportAsync(Header + string.Concat(lines));

        Assert.Equal(JobState.Discarded, job.State);
        Assert.Contains("line 4", Assert.Single(job.Attempts).ErrorMessage, StringComparison.Ordinal);
        Assert.Empty(await ReadRowsAsync(job.Id));
    }

    [Fact]
    public async Task Import_WithQuotesAsPeopleWriteThem_ReadsTheValues()
    {
        var csv = Header
            + "2025-01-31,North,Wheel 27\",1,1\n"
            + "2025-01-31, \"South, east\" ,\t\"Anvil\",1,1\n"
            + "2025-01-31,\"No \"\"rth\"\"\",\"27\"\"\",1,1\n"
            + "2025-01-31,\"27\" wheel\",Anvil,1,1\n"
            + "2025-01-31,\"North\"x,Anvil,1,1\n"
            + "2025-01-31,North,Anvil, 50 kg,1,1\n"
            + "2025-01-31,North,Anvil,1,1,,\n"
            + "\"\"\n"
            + "  \n"
            + Good;

        var job = await ImportAsync(csv);

        AssertResult(job, rows: 5, rejected: 4);
        Assert.Equal(
            ["2|2025-01-31|North|Wheel 27\"|1|1.00", "3|2025-01-31|South, east|Anvil|1|1.00", "4|2025-01-31|No \"rth\"|27\"|1|1.00", "8|2025-01-31|North|Anvil|1|1.00", "11|2025-01-31|North|Anvil|2|389.00"],
            await ReadRowsAsync(job.Id));
        Assert.Equal(
            ["5 row", "6 row", "7 row", "9 sold_on"],
            job.Result!.Value.GetProperty("errors").EnumerateArray().Select(error => $"{error.GetProperty("line")} {error.GetProperty("column").GetString()}"));
    }

    [Fact]
    public async Task Import_WithMoreBadRowsThanAreListed_CountsThemAll()
    {
        var job = await ImportAsync(Header + string.Concat(Enumerable.Repeat("bad\n", 1_000)));

        AssertResult(job, rows: 0, rejected: 1_000);
        Assert.Equal(100, job.Result!.Value.GetProperty("errors").GetArrayLength());
    }

    public static TheoryData<string, string> UnusableFiles => new()
    {
        { "\n\n", "no header" },
        { "sold_on,region,product,quantity\n", "lacks unit_price" },
        { "2025-01-31,North,Anvil,2,389.00\n", "must name the columns" },
        { "sold_on;region;product;quantity;unit_price\n", "separated by commas" },
        { Header + Good + "2025-01-31,\"North" + new string('x', 20_000), "begins at line 3" },
        { new string(',', 500_000), "line 1 has more than 100000 characters" },
        { Header + Good + new string(',', 500_000), "line 3 has more than 100000 characters" },
        { Header + Good + "2025-01-31,\"North,Anvil,2,389.00\n" + Good + Good, "line 3 has a quote that is never closed" },
        { Header + Good + "2025-01-31,\"North,Anvil,2,389.00\n" + Good + "2025-01-31,\"South\",Anvil,2,389.00\n", "begins at line 3 ends at line 5" },
        { Header + "2025-01-31,\"North,Anvil,2,389.00\n2025-01-31,27\",Anvil,2,389.00\n", "begins at line 2 ends at line 3" },
        { Header.Replace("region", "product", StringComparison.Ordinal), "lacks region" },
        { "region," + Header, "region more than once" },
    };

    [Theory]
    [MemberData(nameof(UnusableFiles))]
    public async Task Import_OfAFileThatCannotBeRead_IsADeadLetterAtOnceThatSaysWhy(string csv, string reason)
    {
        var job = await ImportAsync(csv);

        Assert.Equal(JobState.Discarded, job.State);
        Assert.Contains(reason, Assert.Single(job.Attempts).ErrorMessage, StringComparison.Ordinal);
        Assert.Empty(await ReadRowsAsync(job.Id));
    }

    [Fact]
    public async Task Import_OfAFileThatIsNotUtf8_IsADeadLetterWithoutRows()
    {
        var job = await ImportAsync([.. Encoding.UTF8.GetBytes(Header + Good), .. Encoding.Latin1.GetBytes("2025-01-31,Zürich,Anvil,1,1\n")]);

        Assert.Equal(JobState.Discarded, job.State);
        Assert.Contains("not UTF-8", Assert.Single(job.Attempts).ErrorMessage, StringComparison.Ordinal);
        Assert.Empty(await ReadRowsAsync(job.Id));
    }

    [Fact]
    public async Task Import_OfALargeFile_TellsGrowingProgress()
    {
        const int Rows = 40_000;
        var id = await UploadAsync(Encoding.UTF8.GetBytes(new StringBuilder(Header).Insert(Header.Length, Good, Rows).ToString()));

        var progress = (await worker.FollowToTheEndAsync(id, Cancellation)).Select(snapshot => snapshot.Progress).ToList();

        Assert.Equal(progress.Order(), progress);
        Assert.Contains(progress, percent => percent is > 0 and < 100);
        Assert.Equal(100, progress[^1]);
        Assert.Equal(Rows, await CountRowsAsync(id));
    }

    [Fact]
    public async Task Import_WhenCancelledWhileItRuns_StoresNothing()
    {
        // What it has to wait for: it cannot end before the cancel comes.
        await using var connection = await worker.Services.GetRequiredService<NpgsqlDataSource>().OpenConnectionAsync(Cancellation);
        await using var transaction = await connection.BeginTransactionAsync(Cancellation);
        await using var block = new NpgsqlCommand("lock table imported_sales in access exclusive mode", connection, transaction);
        await block.ExecuteNonQueryAsync(Cancellation);
        var id = await UploadAsync(Encoding.UTF8.GetBytes(Header + Good));
        await foreach (var snapshot in worker.Reader.FollowAsync(id, Cancellation))
        {
            if (snapshot.State is JobState.Running)
            {
                break;
            }
        }

        await worker.Control.CancelAsync(id, Cancellation);

        Assert.Equal(JobState.Cancelled, (await worker.FinishAsync(id, Cancellation)).State);
        await transaction.RollbackAsync(Cancellation);
        Assert.Equal(0, await CountRowsAsync(id));
    }

    private async Task<Guid> UploadAsync(byte[] csv) =>
        await worker.Services.UploadAsync(JobKinds.PipelineImport, upload => new ImportPayload(upload), new MemoryStream(csv), Cancellation);

    private async Task<JobDetails> ImportAsync(byte[] csv) => await worker.FinishAsync(await UploadAsync(csv), Cancellation);

    private Task<JobDetails> ImportAsync(string csv) => ImportAsync(Encoding.UTF8.GetBytes(csv));

    private static void AssertResult(JobDetails job, int rows, int rejected)
    {
        Assert.True(job.State is JobState.Completed, string.Join("; ", job.Attempts.Select(attempt => attempt.ErrorMessage)));
        Assert.Equal((rows, rejected), (job.Result!.Value.GetProperty("rows").GetInt32(), job.Result.Value.GetProperty("rejected").GetInt32()));
    }

    private async Task<List<string>> ReadRowsAsync(Guid jobId)
    {
        await using var command = Command("select concat_ws('|', line, sold_on, region, product, quantity, unit_price) from imported_sales where job_id = @id order by line", jobId);
        await using var reader = await command.ExecuteReaderAsync(Cancellation);
        var rows = new List<string>();
        while (await reader.ReadAsync(Cancellation))
        {
            rows.Add(reader.GetString(0));
        }

        return rows;
    }

    private async Task<long> CountRowsAsync(Guid jobId)
    {
        await using var command = Command("select count(*) from imported_sales where job_id = @id", jobId);
        return (long)(await command.ExecuteScalarAsync(Cancellation))!;
    }

    private NpgsqlCommand Command(string sql, Guid jobId)
    {
        var command = worker.Services.GetRequiredService<NpgsqlDataSource>().CreateCommand(sql);
        command.Parameters.Add(new("id", jobId));
        return command;
    }
}
