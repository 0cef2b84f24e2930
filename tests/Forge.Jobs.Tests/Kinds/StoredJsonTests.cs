using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Extensions.DependencyInjection;

namespace Forge.Jobs.Tests.Kinds;

/// <summary>Postgres' jsonb keeps values and not their text. What can be enqueued can be run, and what cannot be stored is refused before Postgres sees it.</summary>
public sealed class StoredJsonTests(JobServers servers) : JobTests(servers)
{
    private const string OrderKind = "order";
    private const string AnyKind = "any";
    private static readonly Order CardOrder = new(1, new CardPayment("4242", 12.5m));

    [JsonDerivedType(typeof(CardPayment), "card")]
    [JsonDerivedType(typeof(Invoice), "invoice")]
    public abstract record Payment(decimal Amount);

    public sealed record CardPayment(string Card, decimal Amount) : Payment(Amount);

    public sealed record Invoice(string Address, decimal Amount) : Payment(Amount);

    public sealed record Order(int Id, Payment By);

    public sealed record Anything(JsonElement Value);

    [Fact]
    public async Task PolymorphicPayload_Enqueued_ReachesItsHandlerAsItWas()
    {
        await using var program = await StartAsync();

        var one = await EnqueueAsync(program, JobRequest.For(OrderKind, CardOrder));
        // The payload itself may be of a base type, too.
        var root = await EnqueueAsync(program, JobRequest.For<Payment>("pay", new Invoice("Main Street", 1)));

        await program.WaitForAsync(one, JobState.Completed);
        await program.WaitForAsync(root, JobState.Completed);
        Assert.Equal([CardOrder, new Invoice("Main Street", 1)], program.Get<Received>().All.OrderBy(payload => payload is Order ? 0 : 1));
    }

    [Theory]
    [InlineData("""{"id":1,"by":{"$type":"card","card":"4242","amount":12.5}}""")]
    [InlineData("""{"id":1,"by":{"card":"4242","amount":12.5,"$type":"card"}}""")]
    public async Task PolymorphicPayload_FromOutside_ReachesItsHandlerAsItWas(string json)
    {
        await using var program = await StartAsync();

        var request = Assert.IsType<JobRequestResult.Valid>(program.Get<JobKindRegistry>().CreateRequest(OrderKind, Json(json))).Request;

        await program.WaitForAsync(await EnqueueAsync(program, request), JobState.Completed);
        Assert.Equal([CardOrder], program.Get<Received>().All);
    }

    [Fact]
    public async Task PolymorphicPayload_OfASchedule_ReachesItsHandlerAsItWas()
    {
        await using var program = await StartAsync();
        var schedules = program.Get<JobSchedules>();
        Assert.IsType<PutScheduleResult.Created>(await schedules.PutAsync(new JobScheduleRequest("nightly", "0 0 3 * * ?", JobRequest.For(OrderKind, CardOrder)), Token));

        var run = Assert.IsType<RunScheduleResult.Enqueued>(await schedules.RunNowAsync("nightly", Token));

        await program.WaitForAsync(run.JobId, JobState.Completed);
        Assert.Equal([CardOrder], program.Get<Received>().All);
    }

    [Theory]
    [InlineData("1e309", "exponent")]
    [InlineData("1E+99999", "exponent")]
    [InlineData("1e-401", "exponent")]
    [InlineData("[1, 1e99999999999999999999]", "exponent")]
    [InlineData("\"a\\u0000b\"", "U+0000")]
    [InlineData("{\"a\\u0000b\":1}", "U+0000")]
    public async Task Value_ThatPostgresCannotHold_IsRefusedByName(string value, string named)
    {
        await using var program = await StartAsync();
        var before = await Database.ScalarAsync<long>("select count(*) from jobs.job");

        var refused = Assert.ThrowsAny<ArgumentException>(() => JobRequest.For(AnyKind, new Anything(Json(value))));
        var fromOutside = Assert.IsType<JobRequestResult.InvalidPayload>(program.Get<JobKindRegistry>().CreateRequest(AnyKind, Json($$"""{"value":{{value}}}""")));

        Assert.Contains(named, refused.Message, StringComparison.Ordinal);
        Assert.Contains(named, Assert.Single(Assert.Single(fromOutside.Errors).Value), StringComparison.Ordinal);
        Assert.Equal(before, await Database.ScalarAsync<long>("select count(*) from jobs.job"));
    }

    [Fact]
    public async Task Number_OfVeryManyDigits_IsRefusedByName()
    {
        await using var program = await StartAsync();

        var refused = Assert.ThrowsAny<ArgumentException>(() => JobRequest.For(AnyKind, new Anything(Json("0." + new string('1', 17_000)))));

        Assert.Contains("digits", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("1.0", "1.0")]
    [InlineData("1E+2", "100")]
    [InlineData("-0.0", "0.0")]
    [InlineData("5E-324", null)]
    [InlineData("1.7976931348623157E+308", null)]
    [InlineData("\"3e999\"", "\"3e999\"")]
    [InlineData("\"\\\\u0000\"", "\"\\\\u0000\"")]
    [InlineData("{\"a\":1,\"a\":2}", "{\"a\": 2}")]
    public async Task Value_ThatPostgresHolds_ReachesItsHandler(string value, string? asRead)
    {
        await using var program = await StartAsync();

        await program.WaitForAsync(await EnqueueAsync(program, JobRequest.For(AnyKind, new Anything(Json(value)))), JobState.Completed);

        var read = Assert.IsType<Anything>(Assert.Single(program.Get<Received>().All)).Value;
        if (asRead is null)
        {
            Assert.Equal(Json(value).GetDouble(), read.GetDouble());
        }
        else
        {
            Assert.Equal(asRead, read.GetRawText());
        }
    }

    [Theory]
    [InlineData("""{"id":1,"id":2,"by":{"$type":"card","card":"4242","amount":12.5}}""")]
    [InlineData("""{"id":1,"Id":2,"by":{"$type":"card","card":"4242","amount":12.5}}""")]
    public async Task Member_FromOutsideThatIsGivenTwice_IsRefused(string json)
    {
        await using var program = await StartAsync();

        var refused = Assert.IsType<JobRequestResult.InvalidPayload>(program.Get<JobKindRegistry>().CreateRequest(OrderKind, Json(json)));

        Assert.Contains("twice", Assert.Single(Assert.Single(refused.Errors).Value), StringComparison.Ordinal);
    }

    private static JsonElement Json(string json) => JsonElement.Parse(json);

    private static async Task<Guid> EnqueueAsync(JobProgram program, JobRequest request) =>
        Assert.IsType<EnqueueResult.Enqueued>(await program.Queue.EnqueueAsync(request, Token)).JobId;

    private Task<JobProgram> StartAsync() => JobProgram.StartAsync(Database, builder =>
    {
        builder.Services.AddSingleton<Received>();
        builder.Services.AddJobHandler<Order, Handler<Order>>(OrderKind, kind => kind.MaxAttempts = 1);
        builder.Services.AddJobHandler<Payment, Handler<Payment>>("pay", kind => kind.MaxAttempts = 1);
        builder.Services.AddJobHandler<Anything, Handler<Anything>>(AnyKind, kind => kind.MaxAttempts = 1);
    });

    public sealed class Received
    {
        private readonly Lock _gate = new();
        private readonly List<object> _all = [];

        public IReadOnlyList<object> All
        {
            get
            {
                lock (_gate)
                {
                    return [.. _all];
                }
            }
        }

        public void Add(object payload)
        {
            lock (_gate)
            {
                _all.Add(payload);
            }
        }
    }

    public sealed class Handler<TPayload>(Received received) : IJobHandler<TPayload>
        where TPayload : notnull
    {
        public Task HandleAsync(JobContext<TPayload> context, CancellationToken cancellationToken)
        {
            received.Add(context.Payload);
            return Task.CompletedTask;
        }
    }
}
