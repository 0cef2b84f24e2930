namespace Forge.Analyzers.Tests;

public sealed class UnobservedWorkAnalyzerTests
{
    [Theory]
    [InlineData("async void [|Save|]() => await Task.Yield();")]
    [InlineData("void M() { [|async void Save() => await Task.Yield();|] Save(); }")]
    [InlineData("void M() { Action save = [|async () => await Task.Yield()|]; save(); }")]
    [InlineData("void M(System.Collections.Generic.List<int> list) => list.ForEach([|async x => await Task.Delay(x)|]);")]
    public async Task AsyncVoid_WhenItIsNoEventHandler_IsReported(string member) => await VerifyAsync(member);

    [Theory]
    [InlineData("async Task SaveAsync() => await Task.Yield();")]
    [InlineData("async void OnChanged(object? sender, EventArgs e) => await Task.Yield();")]
    [InlineData("async void OnExit(object? sender, UnhandledExceptionEventArgs e) => await Task.Yield();")]
    [InlineData("void M() => AppDomain.CurrentDomain.ProcessExit += async (_, _) => await Task.Yield();")]
    [InlineData("event Action? Changed; void M() => Changed += async () => await Task.Yield();")]
    [InlineData("void M() { Func<Task> save = async () => await Task.Yield(); save().ToString(); }")]
    public async Task AsyncVoid_WhenItIsAnEventHandlerOrReturnsATask_IsSilent(string member) => await VerifyAsync(member);

    [Theory]
    [InlineData("""routes.MapGet("/", Handle);""", "static string Handle() { [|_ = Work();|] return \"\"; }")]
    [InlineData("""routes.MapPost("/", Handle);""", "static string Handle() { [|Work();|] return \"\"; }")]
    [InlineData("""routes.MapPut("/", Handle);""", "static string Handle(Endpoints? e) { [|e?.ValueWork();|] return \"\"; }")]
    [InlineData("""routes.MapDelete("/", Handle);""", "static string Handle() { [|_ = Task.Run(() => 1);|] return \"\"; }")]
    [InlineData("""routes.MapGet("/", Handle);""", "static async Task<int> Handle() { await Task.Yield(); Action later = () => { [|_ = Work();|] }; later(); return 1; }")]
    [InlineData("""routes.MapGet("/", () => { [|_ = Work();|] return 1; });""", "")]
    [InlineData("""routes.MapGet("/", Local); static int Local() { [|_ = Work();|] return 1; }""", "")]
    [InlineData("""routes.Map("/", (HttpContext context) => { [|_ = Work();|] return Task.CompletedTask; });""", "")]
    public async Task DroppedTask_WhenAnEndpointDropsIt_IsReported(string map, string handler) => await VerifyAsync(Endpoints(map, handler));

    [Theory]
    [InlineData("""routes.MapGet("/", Handle);""", "static async Task<int> Handle() { await Work(); return 1; }")]
    [InlineData("""routes.MapGet("/", Handle);""", "static int Handle() { var work = Work(); return work.Id; }")]
    [InlineData("""routes.MapGet("/", Handle);""", "static int Handle() { _ = int.Parse(\"1\"); return 1; }")]
    [InlineData("", "static void Background() { _ = Work(); }")]
    public async Task DroppedTask_WhenItIsAwaitedOrOutsideEndpoints_IsSilent(string map, string handler) => await VerifyAsync(Endpoints(map, handler));

    [Fact]
    public async Task DroppedTask_WhenAPageOrAControllerDropsIt_IsReported() => await AnalyzerRun.VerifyAsync(new UnobservedWorkAnalyzer(), """
        class Page : PageModel
        {
            public void OnPost() { [|_ = Task.Run(() => 1);|] }
        }

        class Controller : ControllerBase
        {
            public void Post() { [|Task.Run(() => 1);|] }
        }
        """);

    [Fact]
    public async Task DroppedTask_WhenReported_SaysWhatToDo()
    {
        var message = Assert.Single(await VerifyAsync(Endpoints("""routes.MapGet("/", Handle);""", "static string Handle() { [|_ = Work();|] return \"\"; }")));

        Assert.StartsWith("FORGE002: This endpoint handler drops a task", message);
    }

    private static string Endpoints(string map, string handler) => $$"""
        void Map(IEndpointRouteBuilder routes)
        {
            {{map}}
        }

        {{handler}}

        static Task Work() => Task.CompletedTask;

        ValueTask ValueWork() => default;
        """;

    private static Task<IReadOnlyList<string>> VerifyAsync(string members) =>
        AnalyzerRun.VerifyAsync(new UnobservedWorkAnalyzer(), $"class Endpoints {{ {members} }}");
}
