using System.Collections.Concurrent;
using Forge.Data.Payments;
using Forge.Jobs;
using Forge.Sandbox.Faults;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Npgsql;

namespace Forge.Worker.Tests.Payments;

public sealed class PaymentHandlerTests(PaymentShop shop) : IClassFixture<PaymentShop>, IAsyncLifetime
{
    private static readonly (string, decimal)[] Booked = [("gateway", 12.50m), ("sales", -12.50m)];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => await shop.Gateway.BehaveAsync();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task Payment_WhenTheGatewaySaysYes_IsCapturedAndBookedWithItsJob()
    {
        using var worker = await shop.StartWorkerAsync();
        var payment = await shop.PlaceAsync();

        var job = await shop.WaitForAsync(payment.JobId, JobState.Completed);

        var captured = (await shop.Payments.FindAsync(payment.Id, Cancellation))!;
        Assert.Equal(PaymentState.Captured, captured.State);
        Assert.NotNull(captured.FinishedAt);
        Assert.Equal(captured.CaptureId, job.Result?.GetProperty("captureId").GetString());
        Assert.Equal(Booked, await shop.ReadLedgerAsync(payment.Id));
        Assert.Equal(1, await shop.Gateway.CountCapturesAsync(payment.Id));
        await worker.StopAsync(Cancellation);
    }

    [Fact]
    public async Task Payment_WhenTheGatewayFailsAndRecovers_IsCapturedOnce()
    {
        await shop.Gateway.MisbehaveAsync(new Fault(FailureRate: 1, Status: 500));
        using var worker = await shop.StartWorkerAsync();
        var payment = await shop.PlaceAsync();

        var waiting = await shop.WaitForAsync(payment.JobId, JobState.Retryable);
        Assert.Contains("500", waiting.Attempts[0].ErrorMessage, StringComparison.Ordinal);
        Assert.Equal(PaymentState.Pending, (await shop.Payments.FindAsync(payment.Id, Cancellation))!.State);
        await shop.Gateway.BehaveAsync();
        await shop.WaitForAsync(payment.JobId, JobState.Completed);

        Assert.Equal(Booked, await shop.ReadLedgerAsync(payment.Id));
        Assert.Equal(1, await shop.Gateway.CountCapturesAsync(payment.Id));
        await worker.StopAsync(Cancellation);
    }

    [Fact]
    public async Task Payment_WhenTheAnswerIsTooLate_IsPendingAndThenCapturedOnce()
    {
        await shop.Gateway.MisbehaveAsync(new Fault(DelayMs: 60_000));
        using var worker = await shop.StartWorkerAsync(("Payments:AttemptTimeout", "00:00:01"), ("Payments:TotalTimeout", "00:00:03"));
        var payment = await shop.PlaceAsync();

        await shop.WaitForAsync(payment.JobId, JobState.Retryable);
        Assert.Equal(PaymentState.Pending, (await shop.Payments.FindAsync(payment.Id, Cancellation))!.State);
        Assert.Equal(1, await shop.Gateway.CountCapturesAsync(payment.Id));
        await shop.Gateway.BehaveAsync();
        await shop.WaitForAsync(payment.JobId, JobState.Completed);

        Assert.Equal(Booked, await shop.ReadLedgerAsync(payment.Id));
        Assert.Equal(1, await shop.Gateway.CountCapturesAsync(payment.Id));
        await worker.StopAsync(Cancellation);
    }

    [Fact]
    public async Task Payment_WhenDeclined_HasFailedAtOnce_AndARetryByAPersonAsksAgain()
    {
        await shop.Gateway.MisbehaveAsync(new Fault(FailureRate: 1, Status: 402));
        using var worker = await shop.StartWorkerAsync();
        var payment = await shop.PlaceAsync();

        var job = await shop.WaitForAsync(payment.JobId, JobState.Discarded);

        Assert.Single(job.Attempts);
        var failed = (await shop.Payments.FindAsync(payment.Id, Cancellation))!;
        Assert.Equal(PaymentState.Failed, failed.State);
        Assert.Contains("402", failed.Failure, StringComparison.Ordinal);
        Assert.Empty(await shop.ReadLedgerAsync(payment.Id));

        await shop.Gateway.BehaveAsync();
        Assert.IsType<JobChangeResult.Changed>(await shop.Control.RetryAsync(payment.JobId, Cancellation));
        await shop.WaitForAsync(payment.JobId, JobState.Completed);
        Assert.Equal(PaymentState.Captured, (await shop.Payments.FindAsync(payment.Id, Cancellation))!.State);
        Assert.Equal(Booked, await shop.ReadLedgerAsync(payment.Id));
        await worker.StopAsync(Cancellation);
    }

    [Fact]
    public async Task Payment_WhenTheGatewaySaysWhenToComeBack_IsAskedThenAndNotBefore()
    {
        var asked = new ConcurrentQueue<string?>(); // The worker also runs what other tests left behind.
        await using var busy = WebApplication.CreateSlimBuilder().Build();
        busy.Urls.Add("http://127.0.0.1:0");
        busy.MapPost("/v1/payments/capture", (HttpRequest request, HttpResponse response) =>
        {
            asked.Enqueue(request.Headers["Idempotency-Key"]);
            (response.StatusCode, response.Headers.RetryAfter) = (503, "600");
        });
        await busy.StartAsync(Cancellation);
        using var worker = await shop.StartWorkerAsync(("services:sandbox:http:0", busy.Urls.Single()));
        var payment = await shop.PlaceAsync();

        var job = await shop.WaitForAsync(payment.JobId, JobState.Retryable);

        Assert.InRange(job.RunAt - DateTimeOffset.UtcNow, TimeSpan.FromSeconds(300), TimeSpan.FromSeconds(600));
        Assert.Single(asked, key => key == payment.Id.ToString());
        await worker.StopAsync(Cancellation);
    }

    [Theory]
    [InlineData("0")]
    [InlineData("Mon, 30 Nov 2020 10:00:00 GMT")]
    public async Task Payment_WhenTheGatewaySaysToComeBackAtOnce_IsAskedWithTheJobsBackoff(string retryAfter)
    {
        await using var busy = WebApplication.CreateSlimBuilder().Build();
        busy.Urls.Add("http://127.0.0.1:0");
        busy.MapPost("/v1/payments/capture", (HttpResponse response) => (response.StatusCode, response.Headers.RetryAfter) = (503, retryAfter));
        await busy.StartAsync(Cancellation);
        using var worker = await shop.StartWorkerAsync(("services:sandbox:http:0", busy.Urls.Single()));
        var payment = await shop.PlaceAsync();

        JobDetails job;
        do
        {
            job = await shop.WaitForAsync(payment.JobId, JobState.Retryable);
        }
        while (job.Attempts.Count < 3);

        var pauses = job.Attempts.Zip(job.Attempts.Skip(1), (before, after) => (after.StartedAt - before.FinishedAt!.Value).TotalSeconds).ToList();
        Assert.All(pauses, (pause, index) => Assert.True(pause >= Math.Pow(2, index) * 0.85, $"After {index + 1} attempts it was asked again after {pause:0.0} s."));
        await worker.StopAsync(Cancellation);
    }

    [Fact]
    public async Task Payment_WithManyJobsAtOnce_IsBookedOnce()
    {
        var payment = await shop.PlaceAsync();
        var jobs = new List<Guid> { payment.JobId };
        for (var i = 0; i < 20; i++)
        {
            jobs.Add(await shop.EnqueueAsync(payment.Id));
        }

        using var worker = await shop.StartWorkerAsync();
        using var other = await shop.StartWorkerAsync();
        foreach (var job in jobs)
        {
            Assert.Equal(JobState.Completed, (await shop.WaitForAsync(job, JobState.Completed, JobState.Discarded)).State);
        }

        Assert.Equal(Booked, await shop.ReadLedgerAsync(payment.Id));
        Assert.Equal(1, await shop.Gateway.CountCapturesAsync(payment.Id));
        await worker.StopAsync(Cancellation);
        await other.StopAsync(Cancellation);
    }

    [Fact]
    public async Task Ledger_WithHalfAPair_IsRefusedAtTheCommit()
    {
        var payment = await shop.PlaceAsync();
        await using var connection = await shop.Database.OpenConnectionAsync(Cancellation);
        await using var transaction = await connection.BeginTransactionAsync(Cancellation);
        await using var command = new NpgsqlCommand("insert into ledger_entries (payment_id, account, amount, currency) values (@id, 'gateway', 12.50, 'EUR')", connection, transaction);
        command.Parameters.Add(new("id", payment.Id));
        await command.ExecuteNonQueryAsync(Cancellation);

        var refused = await Assert.ThrowsAsync<PostgresException>(() => transaction.CommitAsync(Cancellation));

        Assert.Equal(PostgresErrorCodes.CheckViolation, refused.SqlState);
    }
}
