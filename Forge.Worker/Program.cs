var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults();
builder.AddForgeDatabase("forgedb");
builder.AddRedisClient("redis");
builder.AddForgeJobs();
builder.AddJobWorker();
builder.AddReportJobs();
builder.AddDemoJobs();

var app = builder.Build();
app.MapDefaultEndpoints();
app.Run();
