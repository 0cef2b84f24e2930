using Forge.Contracts;
using Refit;

namespace Forge.IntegrationTests.Telemetry;

/// <summary>The metrics that the running application exports, and a task's failure in all three signals.</summary>
[Collection(nameof(OutsideWorld))]
public sealed class MetricTests(AppFixture fixture)
{
    private readonly Exported _exported = new(fixture);

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task EveryMetric_IsAsTheContractSays()
    {
        await FailAMailAsync();
        using var client = await fixture.CreateUserClientAsync(Cancelled);
        var api = RestService.ForGenerated<IForgeApi>(client);
        await api.EnqueueJobAsync(JobTests.Enqueue(JobKinds.DemoFail, new DemoFailPayload(1)), Cancelled);
        await api.EnqueueJobAsync(JobTests.Enqueue(JobKinds.DemoFail, new DemoFailPayload(1)) with { MaxAttempts = 1 }, Cancelled);

        await Eventually.GetAsync(_ => Task.FromResult(Missing()), missing => missing.Length == 0, "all metrics of the contract; these are missing");
        var exported = fixture.Metrics.All.Where(metric => metric.Meter.StartsWith("Forge.", StringComparison.Ordinal)).ToList();
        Assert.All(exported, AssertAsInContract);
        Assert.Equal(["Forge.Jobs", "Forge.PostResponse", "Forge.ThreadPool"], exported.Select(metric => metric.Meter).Distinct().Order());
    }

    [Fact]
    public async Task ATaskThatFails_IsAFailedSpanWithItsLogs_AndTheNextTaskRuns()
    {
        await FailAMailAsync();

        var spans = await Eventually.GetAsync(_exported.SpansAsync, all => FailedMail(all) is { } mail && all.Any(span => span.ParentSpanId == mail.ParentSpanId && span.Name == "task registration-audit"), "the failed task and the one after it");
        var failed = FailedMail(spans)!;
        Assert.Equal("MailKit.Net.Smtp.SmtpCommandException", failed["error.type"]);
        Assert.Equal(("welcome-email", "1", "post_response"), (failed["forge.task.name"], failed["forge.task.position"], failed["forge.lane"]));
        var audit = spans.Single(span => span.ParentSpanId == failed.ParentSpanId && span.Name == "task registration-audit");
        Assert.False(audit.IsError);

        var logs = await Eventually.GetAsync(_exported.LogsAsync, all => all.Any(log => log.EventName == "registration_audit_written" && log.SpanId == audit.SpanId), "the log of the audit task");
        Assert.Equal(
            ["welcome_email_started", "welcome_email_failed"],
            logs.Where(log => log.SpanId == failed.SpanId && log.EventName.StartsWith("welcome_email_", StringComparison.Ordinal)).Select(log => log.EventName));
    }

    private static ExportedSpan? FailedMail(IReadOnlyList<ExportedSpan> all) => all.FirstOrDefault(span => span is { Name: "task welcome-email", IsError: true });

    private static void AssertAsInContract(ExportedMetric metric)
    {
        var contract = ContractMetric.All.FirstOrDefault(known => known.Meter == metric.Meter && known.Name == metric.Name);
        Assert.True(contract is not null, $"{metric.Resource} exports {metric.Name} of {metric.Meter}, which the contract does not know.");
        Assert.Equal((contract.Name, contract.Unit, contract.Kind), (metric.Name, metric.Unit, metric.Kind));
        Assert.All(metric.Series, series =>
        {
            var missing = contract.Tags.Except(series.Tags.Keys);
            var unknown = series.Tags.Keys.Except(contract.Tags).Except(contract.MoreTags);
            Assert.True(!missing.Any() && !unknown.Any(), $"{metric.Name} lacks the tags [{string.Join(", ", missing)}] and has [{string.Join(", ", unknown)}] which the contract does not know.");
        });
    }

    private string Missing() =>
        string.Join(", ", ContractMetric.All.Where(known => !known.IsRare && !fixture.Metrics.All.Any(known.IsFrom)).Select(known => $"{known.Service} {known.Name}"));

    private async Task FailAMailAsync()
    {
        Assert.True((await fixture.App.ResourceCommands.ExecuteCommandAsync("sandbox", "fail-smtp", Cancelled)).Success);
        try
        {
            await fixture.CreateApi().RegisterAsync(new RegisterRequest(AppFixture.NewEmail(), "Ada"), Cancelled);
            await Eventually.GetAsync(_exported.SpansAsync, all => FailedMail(all) is not null, "the span of a mail that failed");
        }
        finally
        {
            Assert.True((await fixture.App.ResourceCommands.ExecuteCommandAsync("sandbox", "heal-smtp", Cancelled)).Success);
        }
    }
}
