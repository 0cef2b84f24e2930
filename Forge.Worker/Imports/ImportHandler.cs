using Forge.Contracts;
using Forge.Data.Uploads;
using Forge.Jobs;
using Forge.Worker.Uploads;
using Npgsql;
using NpgsqlTypes;

namespace Forge.Worker.Imports;

/// <summary>Reads an uploaded CSV file into <c>imported_sales</c>. The rows and the job's completion commit together, so a run that dies leaves nothing behind and the next one begins anew.</summary>
internal sealed class ImportHandler(UploadTable uploads, NpgsqlDataSource dataSource) : IJobHandler<ImportPayload>
{
    private const string Copy = "copy imported_sales (user_id, job_id, line, sold_on, region, product, quantity, unit_price) from stdin (format binary)";

    public async Task HandleAsync(JobContext<ImportPayload> context, CancellationToken cancellationToken)
    {
        var upload = await uploads.FindForAsync(context, context.Payload.UploadId, cancellationToken);
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        context.SetResult(await ImportAsync(upload, connection, context, cancellationToken));
        await context.CompleteAsync(transaction, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    private async Task<ImportResult> ImportAsync(Upload upload, NpgsqlConnection connection, JobContext context, CancellationToken cancellationToken)
    {
        await using var content = uploads.OpenContent(upload);
        var csv = new SalesCsv(content);
        await using var rows = await connection.BeginBinaryImportAsync(Copy, cancellationToken);
        await foreach (var sale in csv.ReadAsync(cancellationToken))
        {
            await WriteAsync(rows, upload.UserId, context.JobId, sale, cancellationToken);

            // 100 is for what has been committed. On a connection of its own, and only for whole percents.
            await context.ReportProgressAsync((int)(content.Position * 99 / content.Length), "Reading the file", cancellationToken);
        }

        await rows.CompleteAsync(cancellationToken);
        return csv.Result;
    }

    private static async Task WriteAsync(NpgsqlBinaryImporter rows, Guid userId, Guid jobId, SalesLine sale, CancellationToken cancellationToken)
    {
        await rows.StartRowAsync(cancellationToken);
        await rows.WriteAsync(userId, NpgsqlDbType.Uuid, cancellationToken);
        await rows.WriteAsync(jobId, NpgsqlDbType.Uuid, cancellationToken);
        await rows.WriteAsync(sale.Line, NpgsqlDbType.Integer, cancellationToken);
        await rows.WriteAsync(sale.SoldOn, NpgsqlDbType.Date, cancellationToken);
        await rows.WriteAsync(sale.Region, NpgsqlDbType.Text, cancellationToken);
        await rows.WriteAsync(sale.Product, NpgsqlDbType.Text, cancellationToken);
        await rows.WriteAsync(sale.Quantity, NpgsqlDbType.Integer, cancellationToken);
        await rows.WriteAsync(sale.UnitPrice, NpgsqlDbType.Numeric, cancellationToken);
    }
}
