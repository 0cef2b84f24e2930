// The process that the chaos suite kills: the API with --Chaos:Role=api, else a worker.
using Forge.ChaosTests.Host;
using Forge.Jobs;

var builder = WebApplication.CreateBuilder(args);
builder.AddNpgsqlDataSource("chaosdb");
builder.Logging.AddFilter("Npgsql", LogLevel.Warning);
builder.AddRedisClient("redis", settings => settings.DisableHealthChecks = true);
builder.AddJobQueue();
foreach (var kind in (string[])[EffectKinds.Transactional, EffectKinds.Outside, EffectKinds.Killer])
{
    // Here the count of harms must not be what ends a job.
    builder.Services.AddJobKind<EffectPayload>(kind, options => options.MaxAttempts = 100);
}

if (builder.Configuration["Chaos:Role"] != "api")
{
    // The suite's AppHost gives its processes a few seconds to stop.
    builder.AddJobWorker(options => options.StopGrace = TimeSpan.FromSeconds(2.5));
    builder.Services.AddSingleton<EffectTables>();
    builder.Services.AddJobHandler<EffectPayload, TransactionalHandler>(EffectKinds.Transactional);
    builder.Services.AddJobHandler<EffectPayload, OutsideHandler>(EffectKinds.Outside);
    builder.Services.AddJobHandler<EffectPayload, KillerHandler>(EffectKinds.Killer);
}

var app = builder.Build();
app.MapPost("/jobs/{kind}", async (string kind, EffectPayload payload, IJobQueue queue) =>
    await queue.EnqueueAsync(JobRequest.For(kind, payload)) is EnqueueResult.Enqueued { JobId: var id }
        ? Results.Accepted(value: id)
        : Results.Conflict());
app.MapHealthChecks("/health");
app.Run();
