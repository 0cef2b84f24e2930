using Forge.AppHost;
using Microsoft.Extensions.Configuration;

var builder = DistributedApplication.CreateBuilder(args);

var adminPassword = builder.AddParameter("admin-password", new GenerateParameterDefault { MinLength = 20 }, secret: true, persist: true);
var workers = builder.Configuration.GetValue("Worker:Replicas", 1);
var labEnabled = builder.Configuration.GetValue("Lab:Enabled", false) ? "true" : "false";

var forgedb = builder.AddPostgres("postgres")
    .WithDataVolume()
    .AddDatabase("forgedb");

var redis = builder.AddRedis("redis")
    .WithClearCommand();

var sandbox = builder.AddProject<Projects.Forge_Sandbox>("sandbox")
    .WithEndpoint(port: 5325, scheme: "smtp", name: "smtp", env: "Smtp__Port")
    .WithHttpHealthCheck("/health")
    .WithFaultCommands();

var api = builder.AddProject<Projects.Forge_Api>("api")
    .WithReference(forgedb).WaitFor(forgedb)
    .WithReference(redis).WaitFor(redis)
    .WithReference(sandbox).WaitFor(sandbox)
    .WithEnvironment("Mail__Server", sandbox.GetEndpoint("smtp"))
    .WithEnvironment("Accounts__AdminPassword", adminPassword)
    .WithEnvironment("Lab__Enabled", labEnabled)
    .WithHttpHealthCheck("/health")
    .WithRestartPolicy();

builder.AddProject<Projects.Forge_Worker>("worker")
    .WithReference(forgedb).WaitFor(forgedb)
    .WithReference(redis).WaitFor(redis)
    .WithReference(sandbox).WaitFor(sandbox)
    .WithEnvironment("Mail__Server", sandbox.GetEndpoint("smtp"))
    .WithEnvironment("Lab__Enabled", labEnabled)
    .WithReplicas(workers)
    .WithHttpHealthCheck("/health")
    .WithRestartPolicy();

builder.AddProject<Projects.Forge_Web>("web")
    .WithReference(forgedb).WaitFor(forgedb)
    .WithReference(api).WaitFor(api)
    .WithEnvironment("Lab__Enabled", labEnabled)
    .WithExternalHttpEndpoints()
    .WithHttpHealthCheck("/health")
    .WithRestartPolicy();

builder.Build().Run();
