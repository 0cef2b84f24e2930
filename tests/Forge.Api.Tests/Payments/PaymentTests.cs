using System.Net;
using Forge.Api.Payments;
using Forge.Api.Tests.Infrastructure;
using Forge.Api.Tests.Jobs;
using Forge.Contracts;
using Forge.Data.Payments;
using Forge.Jobs;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Forge.Api.Tests.Payments;

public sealed class PaymentTests(JobsApi api) : JobsTest(api)
{
    private const string Valid = """{"orderId":"order-1","amount":12.50,"currency":"EUR"}""";

    private readonly JobsApi _api = api;

    [Fact]
    public async Task Payment_WhenPlaced_AnswersWithItsJobAndLinksToThePayment()
    {
        using var client = await SignUpAsync();

        using var response = await PostAsync(client, "/forge/payments", Valid);

        var job = await ReadAsync<JobResponse>(response, HttpStatusCode.Accepted);
        Assert.Equal($"/forge/jobs/{job.Id}", response.Headers.Location?.OriginalString);
        Assert.Equal(("payment.capture", "payments"), (job.Kind, job.Queue));
        var payment = await GetPaymentAsync(client, job);
        Assert.Equal(("order-1", 12.5m, "EUR", "pending"), (payment.OrderId, payment.Amount, payment.Currency, payment.State));
        Assert.Equal((job.Id, "available", job.Links.Self), (payment.Job!.Id, payment.Job.State, payment.Job.Self));
    }

    [Fact]
    public async Task Payment_OfAnotherUser_DoesNotExistExceptForAdministrators()
    {
        using var owner = await SignUpAsync();
        using var other = await SignUpAsync();
        using var admin = await SignInAsAdminAsync();
        using var anonymous = Anonymous();
        using var placed = await PostAsync(owner, "/forge/payments", Valid);
        var address = (await ReadAsync<JobResponse>(placed, HttpStatusCode.Accepted)).Links.Payment;

        using var others = await other.GetAsync(address, Cancellation);
        using var admins = await admin.GetAsync(address, Cancellation);
        using var nobodys = await anonymous.GetAsync(address, Cancellation);
        using var refused = await PostAsync(anonymous, "/forge/payments", Valid);

        await ProblemAssert.IsProblemAsync(others, HttpStatusCode.NotFound);
        Assert.Equal(HttpStatusCode.OK, admins.StatusCode);
        await ProblemAssert.IsProblemAsync(nobodys, HttpStatusCode.Unauthorized);
        await ProblemAssert.IsProblemAsync(refused, HttpStatusCode.Unauthorized);
    }

    [Theory]
    [InlineData("""{"amount":1,"currency":"EUR"}""", "orderId")]
    [InlineData("""{"orderId":"","amount":1,"currency":"EUR"}""", "orderId")]
    [InlineData("""{"orderId":"a b","amount":1,"currency":"EUR"}""", "orderId")]
    [InlineData("""{"orderId":"a\n","amount":1,"currency":"EUR"}""", "orderId")]
    [InlineData("""{"orderId":"a","currency":"EUR"}""", "amount")]
    [InlineData("""{"orderId":"a","amount":0,"currency":"EUR"}""", "amount")]
    [InlineData("""{"orderId":"a","amount":-1,"currency":"EUR"}""", "amount")]
    [InlineData("""{"orderId":"a","amount":0.005,"currency":"EUR"}""", "amount")]
    [InlineData("""{"orderId":"a","amount":1.005,"currency":"EUR"}""", "amount")]
    [InlineData("""{"orderId":"a","amount":1.5,"currency":"JPY"}""", "amount")]
    [InlineData("""{"orderId":"a","amount":1.0001,"currency":"KWD"}""", "amount")]
    [InlineData("""{"orderId":"a","amount":1000000000.01,"currency":"EUR"}""", "amount")]
    [InlineData("""{"orderId":"a","amount":1e40,"currency":"EUR"}""", "amount")]
    [InlineData("""{"orderId":"a","amount":"much","currency":"EUR"}""", "amount")]
    [InlineData("""{"orderId":"a","amount":1}""", "currency")]
    [InlineData("""{"orderId":"a","amount":1,"currency":"eur"}""", "currency")]
    [InlineData("""{"orderId":"a","amount":1,"currency":"XYZ"}""", "currency")]
    public async Task Payment_WithWhatDoesNotFit_NamesTheField(string json, string field)
    {
        using var client = await SignUpAsync();

        using var response = await PostAsync(client, "/forge/payments", json);

        await ProblemAssert.NamesFieldAsync(response, field);
    }

    [Theory]
    [InlineData("1000", "JPY")]
    [InlineData("1.00", "JPY")]
    [InlineData("0.125", "KWD")]
    [InlineData("1000000000", "EUR")]
    public async Task Payment_WithinItsCurrencysDecimals_IsTaken(string amount, string currency)
    {
        using var client = await SignUpAsync();

        using var response = await PostAsync(client, "/forge/payments", $$"""{"orderId":"a","amount":{{amount}},"currency":"{{currency}}"}""");

        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
    }

    [Fact]
    public async Task Payment_WithARepeatedIdempotencyKey_IsTheFirstOne()
    {
        using var client = await SignUpAsync();
        using var other = await SignUpAsync();

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => PostAsync(client, "/forge/payments", Valid, "key")));
        using var sameAmount = await PostAsync(client, "/forge/payments", Valid.Replace("12.50", "12.5", StringComparison.Ordinal), "key");
        using var otherAmount = await PostAsync(client, "/forge/payments", Valid.Replace("12.50", "12.51", StringComparison.Ordinal), "key");
        using var otherRoute = await PostAsync(client, "/forge/jobs", Later, "key");
        using var otherUser = await PostAsync(other, "/forge/payments", Valid, "key");
        using var badKey = await PostAsync(client, "/forge/payments", Valid, new string('x', 201));

        var jobs = await Task.WhenAll(answers.Append(sameAmount).Select(answer => ReadAsync<JobResponse>(answer, HttpStatusCode.Accepted)));
        var first = Assert.Single(jobs.Select(job => (job.Id, job.Links.Payment)).Distinct());
        var problem = await ProblemAssert.IsProblemAsync(otherAmount, HttpStatusCode.UnprocessableEntity);
        Assert.Equal(first.Id, problem.GetProperty("jobId").GetGuid());
        await ProblemAssert.IsProblemAsync(otherRoute, HttpStatusCode.UnprocessableEntity);
        Assert.NotEqual(first.Id, (await ReadAsync<JobResponse>(otherUser, HttpStatusCode.Accepted)).Id);
        await ProblemAssert.NamesFieldAsync(badKey, "Idempotency-Key");
        Array.ForEach(answers, answer => answer.Dispose());
    }

    [Fact]
    public async Task Payment_WithARepeatedIdempotencyKeyAfterItsJobWasDeleted_IsNotPlacedAgain()
    {
        using var client = await SignUpAsync();
        using var placed = await PostAsync(client, "/forge/payments", Valid, "key");
        var job = await ReadAsync<JobResponse>(placed, HttpStatusCode.Accepted);
        using var cancelled = await PostAsync(client, $"/forge/jobs/{job.Id}/cancel", "");
        using var deleted = await client.DeleteAsync($"/forge/jobs/{job.Id}", Cancellation);
        Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);

        using var again = await PostAsync(client, "/forge/payments", Valid, "key");
        using var different = await PostAsync(client, "/forge/payments", Valid.Replace("order-1", "order-2", StringComparison.Ordinal), "key");

        var problem = await ProblemAssert.IsProblemAsync(again, HttpStatusCode.Conflict);
        Assert.Equal(job.Links.Payment, $"/forge/payments/{problem.GetProperty("paymentId").GetGuid()}");
        await ProblemAssert.IsProblemAsync(different, HttpStatusCode.UnprocessableEntity);
        var payment = await GetPaymentAsync(client, job);
        Assert.Equal(("pending", null), (payment.State, payment.Job));
    }

    [Fact]
    public async Task Payment_WhoseTransactionIsRolledBack_LeavesNeitherPaymentNorJob()
    {
        // The user does not exist, so that storing the payment fails after its job was enqueued.
        var desk = _api.Factory.Services.GetRequiredService<PaymentDesk>();
        var nobody = Guid.NewGuid();

        await Assert.ThrowsAsync<PostgresException>(() => desk.PlaceAsync(new PaymentRequest("order-1", 1, "EUR"), nobody, "key", Cancellation));

        var reader = _api.Factory.Services.GetRequiredService<JobReader>();
        Assert.Empty((await reader.ListAsync(new JobFilter { Owner = nobody.ToString() }, null, 10, Cancellation)).Items);
        Assert.Null(await _api.Factory.Services.GetRequiredService<PaymentTable>().FindByKeyAsync(nobody, "key", Cancellation));
    }

    private static async Task<PaymentResponse> GetPaymentAsync(HttpClient client, JobResponse job)
    {
        using var response = await client.GetAsync(job.Links.Payment, Cancellation);
        return await ReadAsync<PaymentResponse>(response, HttpStatusCode.OK);
    }
}
