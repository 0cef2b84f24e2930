using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Forge.PostResponse.Tests;

public sealed class RegistrationTests
{
    [Fact]
    public void AddTask_WhenALossCostsTheBusiness_IsRefusedWithTheLaneToUse()
    {
        var tasks = WebApplication.CreateBuilder().AddPostResponseTasks();

        var refusal = Assert.Throws<InvalidOperationException>(() => tasks.AddTask<PaymentTask, int>("payment"));

        Assert.Contains("'payment'", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("durable lane", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("IJobQueue", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AddTask_WhenTheNameIsTaken_IsRefused()
    {
        var tasks = WebApplication.CreateBuilder().AddPostResponseTasks().AddTask<AuditTask, string>("audit");

        Assert.Throws<ArgumentException>(() => tasks.AddTask<AuditTask, string>("audit"));
    }

    [Fact]
    public void AddPostResponseTasks_Twice_AddsTheLaneOnce()
    {
        var builder = WebApplication.CreateBuilder();

        builder.AddPostResponseTasks(options => options.Capacity = 1);
        builder.AddPostResponseTasks(options => options.MaxConcurrency = 2);

        using var services = builder.Services.BuildServiceProvider();
        var options = services.GetRequiredService<IOptions<PostResponseOptions>>().Value;
        Assert.Equal((1, 2), (options.Capacity, options.MaxConcurrency));
        Assert.Single(services.GetServices<IHostedService>(), service => service is PostResponseHostedService);
    }

    [Fact]
    public void Options_AreReadFromTheConfiguration_AndCodeHasTheLastWord()
    {
        var builder = WebApplication.CreateBuilder();
        builder.Configuration["PostResponse:DrainBudget"] = "00:00:02";
        builder.Configuration["PostResponse:Capacity"] = "5";
        builder.AddPostResponseTasks(options => options.Capacity = 6);

        using var services = builder.Services.BuildServiceProvider();
        var options = services.GetRequiredService<IOptions<PostResponseOptions>>().Value;

        Assert.Equal(TimeSpan.FromSeconds(2), options.DrainBudget);
        Assert.Equal(6, options.Capacity);
    }

    [Fact]
    public async Task Start_WhenAnOptionIsOutOfRange_Fails() =>
        await Assert.ThrowsAsync<OptionsValidationException>(() => LaneApp.StartAsync(_ => { }, options => options.MaxConcurrency = 0));

    [Fact]
    public async Task Start_WhenTheHostWaitsForEver_Works()
    {
        await using var app = await LaneApp.StartAsync(
            _ => { },
            build: builder => builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = Timeout.InfiniteTimeSpan));

        await app.StopAsync();
    }

    [Fact]
    public async Task Add_WithAnUnknownNameOrWrongArguments_IsAnErrorInTheRequest()
    {
        Exception? unknown = null;
        Exception? wrong = null;
        await using var app = await LaneApp.StartAsync(
            routes => routes.MapGet("/", (PostResponseTasks tasks) =>
            {
                unknown = Record.Exception(() => tasks.Add("unheard-of", "x"));
                wrong = Record.Exception(() => tasks.Add("audit", 1));
                tasks.Add("audit", "x");
            }),
            tasks: tasks => tasks.AddTask<AuditTask, string>("audit"));

        using var response = await app.Client.GetAsync("/", TestContext.Current.CancellationToken);

        Assert.Contains("unheard-of", Assert.IsType<ArgumentException>(unknown).Message, StringComparison.Ordinal);
        Assert.Contains("takes String, not Int32", Assert.IsType<ArgumentException>(wrong).Message, StringComparison.Ordinal);
        await Eventually.TrueAsync(() => app.Figures.Completed == 1);
    }

    [Loss(LossImpact.Business)]
    private sealed class PaymentTask : IPostResponseTask<int>
    {
        public Task RunAsync(int arguments, CancellationToken cancellationToken) => Task.CompletedTask;
    }

    [Loss(LossImpact.Tolerable)]
    private sealed class AuditTask : IPostResponseTask<string>
    {
        public Task RunAsync(string arguments, CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
