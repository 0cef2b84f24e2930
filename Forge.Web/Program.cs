using Forge.Web.Api;
using Forge.Web.Hosting;
using Forge.Web.Pages.Accounts;
using Forge.Web.Pages.Jobs;
using Forge.Web.Pages.Journeys;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults();
builder.AddForwardedCallers();
builder.AddForgeDatabase("forgedb", isOnRequestPath: true);
builder.AddForgeDataProtection("web");
builder.AddForgeApi();
builder.AddSession();
builder.AddJourneys();
builder.AddForgePages();

var app = builder.Build();
app.UseForwardedHeaders();
app.UseSecurityHeaders();
app.UseErrorPages();
app.UseAuthentication();
app.UseAuthorization();

app.MapDefaultEndpoints();
app.MapStaticAssets();
app.MapRazorPages().WithStaticAssets();
app.MapJobStreams();
app.Run();
