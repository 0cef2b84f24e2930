using Forge.PostResponse;

var builder = WebApplication.CreateBuilder(args);
builder.Logging.ClearProviders();
var hasLane = builder.Configuration.GetValue("Lane", defaultValue: true);
if (hasLane)
{
    builder.AddPostResponseTasks(options =>
    {
        // More than there are ever at once: 50 ms at 40,000 requests a second are 2,000, which a bound of 2,048 would reach.
        options.MaxConcurrency = 8_192;
        options.Capacity = 20_000;
    });
}

var app = builder.Build();
app.MapGet("/bare", () => new Answer("ok"));
if (hasLane)
{
    app.MapGet("/noop", (PostResponseTasks tasks) =>
    {
        tasks.Add("first", (_, _) => Task.CompletedTask);
        tasks.Add("second", (_, _) => Task.CompletedTask);
        return new Answer("ok");
    });
    app.MapGet("/sleep", (PostResponseTasks tasks) =>
    {
        tasks.Add("sleep", (_, cancellationToken) => Task.Delay(TimeSpan.FromMilliseconds(50), cancellationToken));
        return new Answer("ok");
    }).RequirePostResponseCapacity();
}

app.Run();

internal sealed record Answer(string Status);
