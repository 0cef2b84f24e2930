namespace Forge.Analyzers.Tests;

public sealed class RequestCaptureAnalyzerTests
{
    [Theory]
    [InlineData("""tasks.Add("t", (services, token) => Use([|context|].Request.Path));""")]
    [InlineData("""tasks.Add("t", async (services, token) => { await Task.Yield(); Use([|context|].User); Use(context.Items); });""")]
    [InlineData("""tasks.Add("t", (services, token) => Task.Delay(1, [|requestAborted|]));""")]
    [InlineData("""tasks.Add("t", (services, token) => { Use([|context|].TraceIdentifier); return Task.Delay(1, [|requestAborted|]); });""")]
    [InlineData("""var request = context.Request; tasks.Add("t", (services, token) => Use([|request|].Path));""")]
    [InlineData("""tasks.Add("t", (IServiceProvider services, CancellationToken token) => { Console.WriteLine([|context|].Response.StatusCode); });""")]
    [InlineData("""tasks.Add("t", (services, token) => { Func<Task> inner = () => Use([|context|]); return inner(); });""")]
    [InlineData("""tasks.Add("t", Work); Task Work(IServiceProvider services, CancellationToken token) => Use([|context|].Request.Path);""")]
    [InlineData("""tasks.Add("t", [|context|].Work);""")]
    [InlineData("""tasks.Add("t", [|context|]);""")]
    [InlineData("""tasks.Add("t", [|requestAborted|]);""")]
    [InlineData("""tasks.Add("t", (services, token) => Use([|Current|]));""")]
    public async Task Add_WhenTheTaskHoldsOnToTheRequest_IsReported(string body) => await VerifyAsync(body);

    [Theory]
    [InlineData("""tasks.Add("t", (services, token) => Task.Delay(1, token));""")]
    [InlineData("""var path = context.Request.Path; tasks.Add("t", (services, token) => Use(path));""")]
    [InlineData("""tasks.Add("t", (services, token) => { HttpContext own = new DefaultHttpContext(); return Use(own); });""")]
    [InlineData("""tasks.Add("t", context.Request.Path.Value);""")]
    [InlineData("""tasks.Add("t", Static);""")]
    [InlineData("""tasks.Add("t", Work); static Task Work(IServiceProvider services, CancellationToken token) => Use(token);""")]
    [InlineData("""new System.Collections.Generic.List<Func<Task>>().Add(() => Use(context));""")]
    [InlineData("""Func<Task> direct = () => Use(context.Request.Path);""")]
    public async Task Add_WhenTheTaskTakesValuesOnly_IsSilent(string body) => await VerifyAsync(body);

    [Fact]
    public async Task Add_WhenATokenIsCaptured_SaysWhatToDo()
    {
        var message = Assert.Single(await VerifyAsync("""tasks.Add("t", (services, token) => Task.Delay(1, [|requestAborted|]));"""));

        Assert.StartsWith("FORGE001: 'requestAborted' (CancellationToken) belongs to the request", message);
    }

    private static Task<IReadOnlyList<string>> VerifyAsync(string body) => AnalyzerRun.VerifyAsync(new RequestCaptureAnalyzer(), $$"""
        class Endpoints
        {
            private HttpContext Current { get; } = new DefaultHttpContext();

            private static Task Use(object? value) => Task.CompletedTask;

            private static Task Static(IServiceProvider services, CancellationToken token) => Task.CompletedTask;

            void Handle(HttpContext context, PostResponseTasks tasks, CancellationToken requestAborted)
            {
                {{body}}
            }
        }

        static class ContextExtensions
        {
            public static Task Work(this HttpContext context, IServiceProvider services, CancellationToken token) => Task.CompletedTask;
        }
        """);
}
