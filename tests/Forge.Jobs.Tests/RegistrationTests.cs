using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace Forge.Jobs.Tests;

public sealed class RegistrationTests
{
    [Fact]
    public void AddJobWorker_AfterCodeHasSetTheQueue_LeavesItAsCodeHasSetIt()
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection([new("Jobs:KeyPrefix", "{configured}"), new("Jobs:Queues:0", "mail"), new("Jobs:Worker:Concurrency", "3"), new("Jobs:Worker:Queues:0", "mail")]);

        builder.AddJobQueue(options => options.KeyPrefix = "{code}");
        builder.AddJobWorker(options => options.Concurrency = 5);
        builder.AddJobWorker();

        using var host = builder.Build();
        var queue = host.Services.GetRequiredService<IOptions<JobQueueOptions>>().Value;
        var worker = host.Services.GetRequiredService<IOptions<JobWorkerOptions>>().Value;
        Assert.Equal(("{code}", 5), (queue.KeyPrefix, worker.Concurrency));
        Assert.Equal(["mail"], queue.Queues);
        Assert.Equal(["mail"], worker.Queues);
    }

    [Fact]
    public void AddJobWorker_InAnApplicationWithoutOpenTelemetry_StartsNone()
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);

        builder.AddJobWorker();

        using var host = builder.Build();
        Assert.Null(host.Services.GetService<TracerProvider>());
        Assert.Null(host.Services.GetService<MeterProvider>());
    }
}
