using Forge.PostResponse;
using Forge.PostResponse.TestApp;

var builder = WebApplication.CreateBuilder(args);
builder.Services.AddControllers();
builder.Services.AddRazorPages();
builder.Services.AddSingleton<Journal>();
builder.AddPostResponseTasks()
    .AddTask<MoveTask, int>("move")
    .AddTask<StayTask, int>("stay");

var app = builder.Build();
app.MapControllers().RequirePostResponseCapacity(2);
app.MapRazorPages();
app.MapPost("/tasks/{kind}/{number:int}", (string kind, int number, PostResponseTasks tasks) => tasks.Add(kind, number));
app.Run();
