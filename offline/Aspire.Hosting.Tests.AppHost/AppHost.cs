// A small application for the tests, started as a process of its own and through the testing builder.
// `--fault` names what is wrong with it, `--port` the port of the store.
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Configuration;

var builder = DistributedApplication.CreateBuilder(args);
var fault = builder.Configuration["fault"];

var password = builder.AddParameter("store-password", new GenerateParameterDefault { MinLength = 22, Special = false }, secret: true, persist: true);
if (fault == "missing-parameter")
{
    builder.AddParameter("token");
}

var store = builder.AddExecutable("store", "sh", ".", "-c", "echo password $PASSWORD; trap 'exit 0' TERM; while :; do sleep 0.05; done")
    .WithEndpoint(port: builder.Configuration.GetValue<int?>("port"), env: "STORE_PORT")
    .WithEnvironment("PASSWORD", password);

if (fault == "same-name")
{
    builder.AddExecutable("Store", "sh", ".");
}

if (fault == "no-program")
{
    builder.AddExecutable("ghost", "no-such-program", ".");
}

if (fault == "exits")
{
    builder.AddExecutable("crasher", "sh", ".", "-c", "echo out of cheese >&2; exit 3").WithHttpEndpoint(env: "PORT").WithHttpHealthCheck("/health");
}

builder.AddExecutable("service", "sh", ".", "-c", "trap 'exit 0' TERM; while :; do sleep 0.05; done")
    .WithReference(store.GetEndpoint("tcp"))
    .WaitFor(store);

builder.Build().Run();
