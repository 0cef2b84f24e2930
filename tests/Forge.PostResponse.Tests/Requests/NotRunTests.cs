using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Forge.PostResponse.Tests.Requests;

public sealed class NotRunTests
{
    [Fact]
    public async Task Task_WhenTheHandlerThrows_IsNotRun()
    {
        await using var app = await LaneApp.StartAsync(MapThrowing);

        await AssertNotRunAsync(app, "/throw");
    }

    [Fact]
    public async Task Task_WhenAnExceptionHandlerAnswers_IsNotRun()
    {
        await using var app = await LaneApp.StartAsync(
            routes =>
            {
                routes.UseExceptionHandler();
                MapThrowing(routes);
            },
            build: builder => builder.Services.AddProblemDetails());

        await AssertNotRunAsync(app, "/throw");
    }

    [Fact]
    public async Task Task_WhenTheDeveloperExceptionPageAnswers_IsNotRun()
    {
        await using var app = await LaneApp.StartAsync(MapThrowing, environment: "Development");

        await AssertNotRunAsync(app, "/throw");
    }

    [Fact]
    public async Task Task_WhenAMiddlewareSwallowsTheExceptionOfAnEndpointWithCapacity_IsNotRun()
    {
        await using var app = await LaneApp.StartAsync(routes =>
        {
            routes.Use(async (HttpContext context, RequestDelegate next) =>
            {
                try
                {
                    await next(context);
                }
                catch (InvalidOperationException)
                {
                    context.Response.StatusCode = StatusCodes.Status500InternalServerError;
                }
            });
            MapThrowing(routes);
        });

        await AssertNotRunAsync(app, "/throw-with-capacity");
    }

    [Fact]
    public async Task Task_WhenTheResponseIsAnErrorThatTheHandlerChose_IsRun()
    {
        var ran = new Gate();
        await using var app = await LaneApp.StartAsync(routes => routes.MapGet("/", (PostResponseTasks tasks) =>
        {
            tasks.Add("note", (_, _) => ran.Open());
            return Results.Problem(statusCode: StatusCodes.Status500InternalServerError);
        }));

        using var response = await app.Client.GetAsync("/", TestContext.Current.CancellationToken);

        await ran.WhenOpenAsync();
    }

    [Fact]
    public async Task Task_WhenTheClientWentAwayBeforeTheResponseWasComplete_IsNotRun()
    {
        var (writing, gone) = (new Gate(), new Gate());
        await using var app = await LaneApp.StartAsync(routes => routes.MapGet("/", async (HttpContext context, PostResponseTasks tasks) =>
        {
            tasks.Add("never", (_, _) => Task.CompletedTask);
            context.RequestAborted.Register(gone.Open);
            await context.Response.WriteAsync("half", CancellationToken.None);
            await context.Response.Body.FlushAsync(CancellationToken.None);
            writing.Open();
            await gone.WhenOpenAsync();
            await context.Response.WriteAsync("the other half", CancellationToken.None);
        }));
        await using (var connection = await RawConnection.OpenAsync(app.Address))
        {
            await connection.SendAsync("GET", "/");
            await writing.WhenOpenAsync();
            connection.Reset();
        }

        await AssertNoTraceOfARunAsync(app);
    }

    // Kestrel notices it only while it reads, and it reads no more than 1 MiB of a body ahead of the handler.
    [Fact]
    public async Task Task_WhenTheClientLeavesAndLittleOfItsBodyIsUnread_IsNotRun()
    {
        var (handling, gone) = (new Gate(), new Gate());
        await using var app = await LaneApp.StartAsync(routes => routes.MapPost("/", async (HttpContext context, PostResponseTasks tasks) =>
        {
            tasks.Add("never", (_, _) => Task.CompletedTask);
            context.RequestAborted.Register(gone.Open);
            handling.Open();
            await gone.WhenOpenAsync();
            return "nobody reads this";
        }));
        await using (var connection = await RawConnection.OpenAsync(app.Address))
        {
            await connection.SendPartAsync("/", size: 4_000_000, part: 500_000);
            await handling.WhenOpenAsync();
            connection.Reset();
        }

        await gone.WhenOpenAsync();
        await app.StopAsync();
        Assert.Equal(0, app.Figures.Completed);
        Assert.Single(app.LogsOf("PostResponseTaskNotRun"));
    }

    [Fact]
    public async Task Task_WhenTheClientHangsUpRightAfterTheWholeResponse_IsRun()
    {
        const int Clients = 300;
        await using var app = await LaneApp.StartAsync(routes => routes.MapGet("/", (PostResponseTasks tasks) =>
        {
            tasks.Add("note", (_, _) => Task.CompletedTask);
            return new { Answer = "complete" };
        }));

        for (var client = 0; client < Clients; client++)
        {
            await using var connection = await RawConnection.OpenAsync(app.Address);
            await connection.SendAsync("GET", "/");
            await connection.ReadAsync();
            connection.Reset();
        }

        await app.StopAsync();
        Assert.Equal(Clients, app.Figures.Completed);
    }

    private static void MapThrowing(WebApplication routes)
    {
        routes.MapGet("/throw", Throw);
        routes.MapGet("/throw-with-capacity", Throw).RequirePostResponseCapacity();

        static void Throw(PostResponseTasks tasks)
        {
            tasks.Add("never", (_, _) => Task.CompletedTask);
            throw new InvalidOperationException("The handler fails.");
        }
    }

    private static async Task AssertNotRunAsync(LaneApp app, string path)
    {
        using var response = await app.Client.GetAsync(path, TestContext.Current.CancellationToken);
        Assert.Equal(StatusCodes.Status500InternalServerError, (int)response.StatusCode);
        await AssertNoTraceOfARunAsync(app);
    }

    private static async Task AssertNoTraceOfARunAsync(LaneApp app)
    {
        // When the server has stopped, every request is over and what was to run has been accepted.
        await app.StopAsync();
        Assert.Equal(new PostResponseFigures(0, 0, 0, 0, 0, 0, 0), app.Figures);
        Assert.Contains("never", Assert.Single(app.LogsOf("PostResponseTaskNotRun")).Message, StringComparison.Ordinal);
    }
}
