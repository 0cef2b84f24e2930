namespace Forge.IntegrationTests.Telemetry;

/// <summary>A metric of the contract: what it is called, and which tags its values have, or may have.</summary>
internal sealed record ContractMetric(string Service, string Meter, string Name, string Unit, string Kind, string[] Tags, string[] MoreTags)
{
    private const string Task = "forge.task.name";
    private const string Queue = "messaging.destination.name";
    private const string JobKind = "forge.job.kind";
    private const string Outcome = "outcome";
    private const string Error = "error.type";

    private static readonly string[] Services = ["api", "worker", "web", "sandbox"];

    /// <summary>All metrics of Forge's own meters; the two that say what became of the tasks at a stop, and how long all of one request's took, are not promised.</summary>
    public static IReadOnlyList<ContractMetric> All { get; } =
    [
        .. Services.Select(service => new ContractMetric(service, "Forge.ThreadPool", "forge.thread_pool.lag", "s", "histogram", [], [])),
        PostResponse("waiting", "{task}", "updowncounter", []),
        PostResponse("wait.duration", "s", "histogram", [Task]),
        PostResponse("run.duration", "s", "histogram", [Task], Error),
        PostResponse("failures", "{task}", "counter", [Task, Error]),
        PostResponse("lost", "{task}", "counter", [Task, Outcome]) with { IsRare = true },
        PostResponse("rejected", "{task}", "counter", [Outcome], Task) with { IsRare = true },
        PostResponse("batch.duration", "s", "histogram", []) with { IsRare = true },
        PostResponse("handed_over", "{task}", "counter", [Task]) with { IsRare = true },
        Job("api", "enqueued", "{job}", "counter", [Queue, JobKind]),
        Job("worker", "attempts", "{attempt}", "counter", [Queue, JobKind, Outcome], Error),
        Job("worker", "run.duration", "s", "histogram", [Queue, JobKind, Outcome], Error),
        Job("worker", "wait.duration", "s", "histogram", [Queue, JobKind]),
        Job("worker", "retries", "{job}", "counter", [Queue, JobKind]),
        Job("worker", "discarded", "{job}", "counter", [Queue, JobKind]),
        Job("worker", "rescued", "{job}", "counter", [Queue, JobKind]) with { IsRare = true },
        Job("worker", "available", "{job}", "gauge", [Queue]),
        Job("worker", "oldest_age", "s", "gauge", [Queue]),
        Messaging("api", "client.sent.messages", "{message}", "counter"),
        Messaging("api", "client.operation.duration", "s", "histogram"),
        Messaging("worker", "process.duration", "s", "histogram"),
    ];

    /// <summary>Whether it takes a full lane, a stop or a dead worker to see it: then it need not be there, but must be right.</summary>
    public bool IsRare { get; init; }

    public bool IsFrom(ExportedMetric metric) =>
        metric.Name == Name && (metric.Resource == Service || metric.Resource.StartsWith($"{Service}-", StringComparison.Ordinal));

    private static ContractMetric PostResponse(string name, string unit, string kind, string[] tags, params string[] moreTags) =>
        new("api", "Forge.PostResponse", $"forge.post_response.{name}", unit, kind, tags, moreTags);

    private static ContractMetric Job(string service, string name, string unit, string kind, string[] tags, params string[] moreTags) =>
        new(service, "Forge.Jobs", $"forge.job.{name}", unit, kind, tags, moreTags);

    private static ContractMetric Messaging(string service, string name, string unit, string kind) =>
        new(service, "Forge.Jobs", $"messaging.{name}", unit, kind, ["messaging.system", "messaging.operation.name", "messaging.operation.type", Queue], [Error]);
}
