using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Forge.Jobs.Tests.Kinds;

public sealed class JobKindRegistryTests
{
    private static readonly JobKindRegistry Registry = Build();

    [Fact]
    public void CreateRequest_WhenPayloadFits_StoresIt()
    {
        var valid = Assert.IsType<JobRequestResult.Valid>(Registry.CreateRequest("report", Json("""{"reportId":"r1","pages":3}""")));

        Assert.Equal("""{"reportId":"r1","pages":3,"note":null}""", valid.Request.Payload);
        Assert.Equal("reports", valid.Kind.Options.Queue);
    }

    [Fact]
    public void CreateRequest_WhenKindIsUnknown_SaysSo() =>
        Assert.IsType<JobRequestResult.UnknownKind>(Registry.CreateRequest("unheard-of", Json("{}")));

    [Theory]
    [InlineData("""{"reportId":"r1"}""", "pages")]
    [InlineData("""{"pages":3}""", "reportId")]
    [InlineData("""{"reportId":"r1","pages":0}""", "pages")]
    [InlineData("""{"reportId":"r1","pages":501}""", "pages")]
    [InlineData("""{"reportId":"r1","pages":"many"}""", "pages")]
    [InlineData("""{"reportId":"r1","pages":"3"}""", "pages")]
    [InlineData("""{"reportId":"r1","pages":3.5}""", "pages")]
    [InlineData("""{"reportId":"r1","pages":99999999999}""", "pages")]
    [InlineData("""{"reportId":null,"pages":3}""", "reportId")]
    [InlineData("""{"reportId":"r1","pages":3,"colour":"red"}""", "colour")]
    [InlineData("""{"reportId":"no spaces","pages":3}""", "reportId")]
    [InlineData("""{"reportId":"r1","pages":3,"note":"\u0000"}""", "")]
    [InlineData("""[1]""", "")]
    [InlineData("null", "")]
    public void CreateRequest_WhenPayloadDoesNotFit_NamesTheField(string payload, string field)
    {
        var invalid = Assert.IsType<JobRequestResult.InvalidPayload>(Registry.CreateRequest("report", Json(payload)));

        var error = Assert.Single(invalid.Errors);
        Assert.Equal(field, error.Key);
        Assert.NotEmpty(error.Value);
    }

    [Fact]
    public void CreateRequest_WhenTextIsNoUnicode_IsRefused() =>
        Assert.IsType<JobRequestResult.InvalidPayload>(Registry.CreateRequest("report", Json("""{"reportId":"\ud800","pages":3}""")));

    [Fact]
    public void CreateRequest_WhenSeveralFieldsAreMissing_NamesThemAll()
    {
        var invalid = Assert.IsType<JobRequestResult.InvalidPayload>(Registry.CreateRequest("report", Json("{}")));

        Assert.Equal(["pages", "reportId"], invalid.Errors.Keys.Order());
    }

    [Theory]
    [InlineData("""{"lines":[{"product":"a","quantity":0}]}""", "lines[0].quantity")]
    [InlineData("""{"lines":[{"product":"a","quantity":1},{"product":"","quantity":1}]}""", "lines[1].product")]
    [InlineData("""{"lines":[],"byName":{"x":{"product":"a","quantity":0}}}""", "byName[x].quantity")]
    [InlineData("""{"lines":[],"gift":{"product":"a","quantity":11}}""", "gift.quantity")]
    [InlineData("""{"lines":[],"gift":{"product":"odd","quantity":3}}""", "gift")]
    public void CreateRequest_WhenSomethingInsideThePayloadDoesNotFit_NamesItsField(string payload, string field)
    {
        var invalid = Assert.IsType<JobRequestResult.InvalidPayload>(Registry.CreateRequest("order", Json(payload)));

        Assert.Equal(field, Assert.Single(invalid.Errors).Key);
    }

    [Fact]
    public void CreateRequest_WhenEverythingInsideThePayloadFits_StoresIt() =>
        Assert.IsType<JobRequestResult.Valid>(Registry.CreateRequest("order", Json("""{"lines":[{"product":"a","quantity":1}],"gift":{"product":"odd","quantity":2}}""")));

    [Fact]
    public void Options_OfARegisteredKind_CannotBeChanged()
    {
        var services = new ServiceCollection();
        JobKindOptions? kept = null;
        services.AddJobKind<ReportPayload>("report", options => kept = options);

        Assert.Throws<InvalidOperationException>(() => kept!.MaxAttempts = 0);
        Assert.Throws<InvalidOperationException>(() => kept!.Queue = "");
        Assert.Throws<InvalidOperationException>(() => kept!.Upcast(1, _ => { }));
        Assert.Equal(("default", 25), (kept!.Queue, kept.MaxAttempts));
    }

    [Fact]
    public void CreateRequest_WhenPayloadIsTooLarge_SaysSo()
    {
        var payload = $$"""{"reportId":"r1","pages":3,"note":"{{new string('x', 300_000)}}"}""";

        var invalid = Assert.IsType<JobRequestResult.InvalidPayload>(Registry.CreateRequest("report", Json(payload)));

        Assert.Contains("larger", invalid.Errors[""][0], StringComparison.Ordinal);
    }

    [Fact]
    public void CreateRequest_WhenPayloadIsTooLargeOnlyAsItIsStored_IsRefusedAllTheSame()
    {
        // Two bytes each as they are sent, six as they are stored.
        var note = new string('ж', 60_000);

        var invalid = Assert.IsType<JobRequestResult.InvalidPayload>(Registry.CreateRequest("report", Json($$"""{"reportId":"r1","pages":3,"note":"{{note}}"}""")));

        Assert.Contains("larger", invalid.Errors[""][0], StringComparison.Ordinal);
    }

    [Fact]
    public void Queues_HoldTheKindsOwnAndTheConfigured() =>
        Assert.Equal(["extra", "reports"], Registry.Queues);

    [Fact]
    public void Registration_WhenTheKindIsThereAlready_Throws()
    {
        var services = new ServiceCollection();
        services.AddJobKind<ReportPayload>("report");

        Assert.Throws<ArgumentException>(() => services.AddJobHandler<TestPayload, TestHandler>("report"));
        Assert.Throws<ArgumentException>(() => services.AddJobKind<ReportPayload>("report"));
    }

    private static JobKindRegistry Build()
    {
        var services = new ServiceCollection();
        services.AddJobKind<ReportPayload>("report", options => options.Queue = "reports");
        services.AddJobKind<OrderPayload>("order", options => options.Queue = "reports");
        var options = new JobQueueOptions { Queues = { "extra" } };
        return new JobKindRegistry(services.BuildServiceProvider().GetServices<JobKind>(), Options.Create(options));
    }

    private static JsonElement Json(string json)
    {
        using var document = JsonDocument.Parse(json);
        return document.RootElement.Clone();
    }

    private sealed record ReportPayload([RegularExpression("^[A-Za-z0-9_-]{1,64}$")] string ReportId, [Range(1, 500)] int Pages, string? Note = null);

    private sealed record OrderPayload(IReadOnlyList<OrderLine> Lines, OrderLine? Gift = null, IReadOnlyDictionary<string, OrderLine>? ByName = null)
    {
        // Computed, so no part of what was sent; and it has no end.
        [System.Text.Json.Serialization.JsonIgnore]
        public OrderPayload Copy => this with { };
    }

    private sealed record OrderLine([MinLength(1)] string Product, [Range(1, 10)] int Quantity) : IValidatableObject
    {
        public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
        {
            if (Product == "odd" && Quantity % 2 != 0)
            {
                yield return new ValidationResult("comes in pairs");
            }
        }
    }
}
