using Forge.Sandbox;
using Forge.Sandbox.Faults;
using Forge.Sandbox.Inbox;
using Forge.Sandbox.Mail;
using Forge.Sandbox.Payments;
using Forge.Sandbox.Weather;

var builder = WebApplication.CreateBuilder(args);
if (builder.RefusesEnvironment(out var reason))
{
    await Console.Error.WriteLineAsync(reason);
    return 1;
}

builder.AddServiceDefaults();
builder.AddFaults();
builder.AddMailServer();
builder.AddPayments();
builder.AddInbox();
builder.AddProblems();

var app = builder.Build();
app.UseExceptionHandler();
app.UseStatusCodePages();
app.MapDefaultEndpoints();
app.MapInbox();
app.MapMail();
app.MapWeather();
app.MapPayments();
app.MapFaults();

await app.RunAsync();
return 0;
