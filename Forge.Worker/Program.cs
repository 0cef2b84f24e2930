using Forge.Worker.Images;

// The same executable, so that both are always of the same version.
return args is [ThumbnailProgram.Argument] ? ThumbnailProgram.Run() : RunWorker(args);

static int RunWorker(string[] args)
{
    var builder = WebApplication.CreateBuilder(args);
    builder.AddServiceDefaults();
    builder.AddForgeDatabase("forgedb");
    builder.AddRedisClient("redis", settings => settings.DisableHealthChecks = true); // the jobs' own check calls a missing Redis degraded, which it is
    builder.AddForgeJobs();
    builder.AddJobWorker();
    builder.AddReportJobs();
    builder.AddMailJobs();
    builder.AddPaymentJobs();
    builder.AddImageJobs();
    builder.AddImportJobs();
    builder.AddDemoJobs();

    var app = builder.Build();
    app.MapDefaultEndpoints();
    app.Run();
    return 0;
}
