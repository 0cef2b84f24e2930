var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults();
builder.AddForgeDatabase("forgedb");
builder.AddRedisClient("redis", settings => settings.DisableHealthChecks = true); // the jobs' own check calls a missing Redis degraded, which it is
builder.AddForgeJobs();
builder.AddJobWorker();
builder.AddReportJobs();
builder.AddMailJobs();
builder.AddPaymentJobs();
builder.AddDemoJobs();

var app = builder.Build();
app.MapDefaultEndpoints();
app.Run();
