using Forge.Contracts;
using Forge.Data.Payments;
using Forge.Jobs;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;

namespace Forge.Worker.Tests.Payments;

/// <summary>A site with the gateway beside it.</summary>
public sealed class PaymentShop(WorkerHost stores) : WorkerSite(stores)
{
    public Gateway Gateway { get; } = new();

    public PaymentTable Payments => Services.GetRequiredService<PaymentTable>();

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await Gateway.DisposeAsync();
    }

    public async Task<IHost> StartWorkerAsync(params (string Key, string Value)[] settings)
    {
        var worker = CreateHost(builder =>
        {
            builder.Configuration.AddInMemoryCollection(settings.ToDictionary(setting => setting.Key, string? (setting) => setting.Value));
            builder.AddJobWorker();
            builder.AddPaymentJobs();
            builder.AddDemoJobs();
        });
        await worker.StartAsync(Cancellation);
        return worker;
    }

    /// <summary>A pending payment with its job.</summary>
    public async Task<Payment> PlaceAsync(decimal amount = 12.50m)
    {
        await using var connection = await Database.OpenConnectionAsync(Cancellation);
        await using var transaction = await connection.BeginTransactionAsync(Cancellation);
        var userId = await TestUser.AddAsync(transaction, Cancellation);
        var id = Guid.CreateVersion7();
        var jobId = await EnqueueAsync(id, transaction);
        var payment = new Payment(id, userId, "order-1", amount, "EUR", jobId);
        Assert.True(await PaymentTable.TryAddAsync(payment, transaction, Cancellation));
        await transaction.CommitAsync(Cancellation);
        return payment;
    }

    /// <summary>One more job for the same payment, as an administrator may make it.</summary>
    public Task<Guid> EnqueueAsync(Guid paymentId) => EnqueueAsync(JobKinds.PaymentCapture, new PaymentPayload(paymentId));

    public async Task<(string Account, decimal Amount)[]> ReadLedgerAsync(Guid paymentId)
    {
        await using var command = Database.CreateCommand("select account, amount from ledger_entries where payment_id = @id order by account");
        command.Parameters.Add(new("id", paymentId));
        await using var reader = await command.ExecuteReaderAsync(Cancellation);
        var entries = new List<(string, decimal)>();
        while (await reader.ReadAsync(Cancellation))
        {
            entries.Add((reader.GetString(0), reader.GetDecimal(1)));
        }

        return [.. entries];
    }

    protected override void Configure(Dictionary<string, string?> settings) => settings["services:sandbox:http:0"] = Gateway.Address;

    protected override void AddServices(IServiceCollection services) => services.AddSingleton<PaymentTable>();

    private async Task<Guid> EnqueueAsync(Guid paymentId, NpgsqlTransaction transaction) =>
        (await Queue.EnqueueAsync(JobRequest.For(JobKinds.PaymentCapture, new PaymentPayload(paymentId)), transaction, Cancellation)).JobId;
}
