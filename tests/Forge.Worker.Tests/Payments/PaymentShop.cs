using Forge.Contracts;
using Forge.Data.Payments;
using Forge.Jobs;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;

namespace Forge.Worker.Tests.Payments;

/// <summary>A database of its own with the gateway beside it; workers are started by those who want them.</summary>
public sealed class PaymentShop(WorkerHost stores) : IAsyncLifetime
{
    private static readonly TimeSpan FinishLimit = TimeSpan.FromMinutes(2);
    private IHost _host = null!;

    public Gateway Gateway { get; } = new();

    /// <summary>What a worker of this shop is configured with.</summary>
    public IReadOnlyDictionary<string, string?> Settings { get; private set; } = null!;

    public PaymentTable Payments => _host.Services.GetRequiredService<PaymentTable>();

    public JobReader Jobs => _host.Services.GetRequiredService<JobReader>();

    public JobControl Control => _host.Services.GetRequiredService<JobControl>();

    public NpgsqlDataSource Database => _host.Services.GetRequiredService<NpgsqlDataSource>();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        Settings = new Dictionary<string, string?>
        {
            ["ConnectionStrings:forgedb"] = await stores.CreateDatabaseAsync(),
            ["ConnectionStrings:redis"] = stores.Redis,
            ["Jobs:KeyPrefix"] = $"{{test:{Guid.NewGuid():N}}}",
            ["Mail:Server"] = stores.Smtp.Address.ToString(),
            ["services:sandbox:http:0"] = Gateway.Address,
        };
        _host = CreateHost(_ => { });
        await _host.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
        await Gateway.DisposeAsync();
    }

    public async Task<IHost> StartWorkerAsync(params (string Key, string Value)[] settings)
    {
        var worker = CreateHost(builder =>
        {
            builder.Configuration.AddInMemoryCollection(settings.ToDictionary(setting => setting.Key, string? (setting) => setting.Value));
            builder.AddJobWorker();
            builder.AddPaymentJobs();
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
    public async Task<Guid> EnqueueAsync(Guid paymentId) =>
        (await Queue.EnqueueAsync(JobRequest.For(JobKinds.PaymentCapture, new PaymentPayload(paymentId)), Cancellation)).JobId;

    public async Task<JobDetails> WaitForAsync(Guid jobId, params JobState[] states)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        limit.CancelAfter(FinishLimit);
        await foreach (var snapshot in Jobs.FollowAsync(jobId, limit.Token))
        {
            if (states.Contains(snapshot.State))
            {
                break;
            }
        }

        return (await Jobs.FindAsync(jobId, Cancellation))!;
    }

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

    private IJobQueue Queue => _host.Services.GetRequiredService<IJobQueue>();

    private async Task<Guid> EnqueueAsync(Guid paymentId, NpgsqlTransaction transaction) =>
        (await Queue.EnqueueAsync(JobRequest.For(JobKinds.PaymentCapture, new PaymentPayload(paymentId)), transaction, Cancellation)).JobId;

    private IHost CreateHost(Action<HostApplicationBuilder> addMore)
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Configuration.AddInMemoryCollection(Settings);
        builder.AddServiceDefaults();
        builder.AddForgeDatabase("forgedb");
        builder.AddRedisClient("redis");
        builder.AddForgeJobs();
        builder.Services.AddSingleton<PaymentTable>();
        addMore(builder);
        return builder.Build();
    }
}
