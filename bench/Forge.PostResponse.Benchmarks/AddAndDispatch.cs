using BenchmarkDotNet.Attributes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Forge.PostResponse.Benchmarks;

/// <summary>
/// What a task costs from <c>Add</c> until it has run, without listeners: many requests are put through the lane's own steps, without a server,
/// and the time ends when the last task has.
/// </summary>
[MemoryDiagnoser]
public class AddAndDispatch : IDisposable
{
    private const int Requests = 2_000;
    private const int TasksPerRequest = 2;

    private WebApplication _app = null!;
    private IHttpContextFactory _contexts = null!;
    private PostResponseMonitor _monitor = null!;
    private long _expected;

    [GlobalSetup]
    public async Task StartAsync()
    {
        var builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.AddPostResponseTasks();
        _app = builder.Build();
        _app.Run(Nothing);
        await _app.StartAsync();
        _contexts = _app.Services.GetRequiredService<IHttpContextFactory>();
        _monitor = _app.Services.GetRequiredService<PostResponseMonitor>();
    }

    /// <summary>A request without tasks: what the two below are compared with.</summary>
    [Benchmark(Baseline = true, OperationsPerInvoke = Requests * TasksPerRequest)]
    public void RequestWithoutTasks()
    {
        for (var request = 0; request < Requests; request++)
        {
            Answer(static (_, _) => { }, confirms: false);
        }
    }

    [Benchmark(OperationsPerInvoke = Requests * TasksPerRequest)]
    public async Task AddAndRunTwoDelegates()
    {
        for (var request = 0; request < Requests; request++)
        {
            Answer(
                static (tasks, _) =>
                {
                    tasks.Add("first", static (_, _) => Task.CompletedTask);
                    tasks.Add("second", static (_, _) => Task.CompletedTask);
                },
                confirms: true);
        }

        _expected += Requests * TasksPerRequest;
        while (_monitor.Read().Completed < _expected)
        {
            await Task.Yield();
        }
    }

    [GlobalCleanup]
    public void Dispose()
    {
        ((IDisposable)_app).Dispose();
        GC.SuppressFinalize(this);
    }

    private static Task Nothing(HttpContext context) => Task.CompletedTask;

    private void Answer(Action<PostResponseTasks, HttpContext> handler, bool confirms)
    {
        var features = new FeatureCollection();
        features.Set<IHttpRequestFeature>(new HttpRequestFeature());
        features.Set<IHttpResponseFeature>(new HttpResponseFeature());
        var context = _contexts.Create(features);
        using (var scope = _app.Services.CreateScope())
        {
            handler(scope.ServiceProvider.GetRequiredService<PostResponseTasks>(), context);
        }

        if (confirms)
        {
            context.Features.Get<PostResponseBatch>()!.Confirm();
        }

        _contexts.Dispose(context);
    }
}
