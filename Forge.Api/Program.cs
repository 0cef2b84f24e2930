using Forge.Api.Accounts;
using Forge.Api.Delays;
using Forge.Api.Hashing;
using Forge.Api.Jobs;
using Forge.Api.Lanes;
using Forge.Api.OpenApi;
using Forge.Api.Payments;
using Forge.Api.RateLimiting;
using Forge.Api.Reports;
using Forge.Api.Uploads;
using Forge.Api.Weather;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults();
builder.AddForgeDatabase("forgedb", isOnRequestPath: true);
builder.AddCpuLane();
builder.AddAccounts();
builder.AddWeather();
builder.AddReports();
builder.AddJobsApi();
builder.AddPayments();
builder.AddUploads();
builder.AddLanes();
builder.AddRateLimits();
builder.AddProblems();
builder.AddOpenApiDocument();

// JSON bodies are small; a route that takes files says so itself.
builder.WebHost.ConfigureKestrel(kestrel => kestrel.Limits.MaxRequestBodySize = 1024 * 1024);

var app = builder.Build();
app.UseMiddleware<LaneMiddleware>();
app.UseForwardedHeaders();
app.UseProblems();
app.UseAuthentication();
app.UseRateLimiter();
app.UseAuthorization();
app.UseOutputCache();

app.MapDefaultEndpoints();
app.MapOpenApiDocument();

var forge = app.MapGroup("/forge").RequireAuthorization().WithPlainRouteNames().ProducesProblem(StatusCodes.Status503ServiceUnavailable);
forge.MapAccounts();
forge.MapWeather();
forge.MapHashing();
forge.MapReports();
forge.MapDelays();
forge.MapLanes();
forge.MapJobs();
forge.MapDeadLetters();
forge.MapQueues();
forge.MapPayments();
forge.MapSchedules();
forge.MapUploads();
app.Run();
