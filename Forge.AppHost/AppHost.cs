using Forge.AppHost;
using Microsoft.Extensions.Configuration;

var builder = DistributedApplication.CreateBuilder(args).AddOrderedStop().AddPromptHealthChecks();

var adminPassword = builder.AddParameter("admin-password", new GenerateParameterDefault { MinLength = 20 }, secret: true, persist: true);
var lab = builder.Configuration.GetValue("Lab:Enabled", false) ? "true" : "false";

var stores = await Stores.ChooseAsync(builder);
var forgedb = stores.AddPostgresDatabase("postgres", "forgedb");
var redis = stores.AddRedis("redis");
var outsideWorld = new OutsideWorld(builder);

var api = builder.AddProject<Projects.Forge_Api>("api")
    .WithReference(forgedb).WaitFor(forgedb)
    .WithReference(redis).WaitFor(redis)
    .WithOutsideWorld(outsideWorld)
    .WithEnvironment("Accounts__AdminPassword", adminPassword)
    .WithEnvironment("Lab__Enabled", lab)
    .WithHttpHealthCheck("/health")
    .WithTraceLinks("request", "post_response")
    .AsService();

foreach (var worker in builder.AddWorkers<Projects.Forge_Worker>("worker"))
{
    worker
        .WithReference(forgedb).WaitFor(forgedb)
        .WithReference(redis).WaitFor(redis)
        .WithOutsideWorld(outsideWorld)
        .WithEnvironment("Lab__Enabled", lab)
        .WithHttpHealthCheck("/health")
        .WithTraceLinks("durable")
        .AsService();
}

builder.AddProject<Projects.Forge_Web>("web")
    .WithReference(forgedb).WaitFor(forgedb)
    .WithReference(api).WaitFor(api)
    .WithEnvironment("Lab__Enabled", lab)
    .WithDashboard()
    .WithExternalHttpEndpoints()
    .WithHttpHealthCheck("/health")
    .AsService();

await using var app = builder.Build();
await app.RunAsync();
