using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.Metrics.Testing;
using Microsoft.Extensions.Hosting;

namespace Forge.ServiceDefaults.Tests;

public sealed class ThreadPoolLagTests
{
    private const string Meter = "Forge.ThreadPool";
    private const string Name = "forge.thread_pool.lag";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    [Fact]
    public async Task Lag_IsMeasuredAllTheTime_WithTheContractsNameKindAndUnit()
    {
        using var host = await StartAsync();
        using var lag = new MetricCollector<double>(host.Services.GetRequiredService<IMeterFactory>(), Meter, Name);

        await lag.WaitForMeasurementsAsync(3, Patience);

        var instrument = Assert.IsType<Histogram<double>>(lag.Instrument);
        Assert.Equal("s", instrument.Unit);
        Assert.All(lag.GetMeasurementSnapshot(), measured => Assert.InRange(measured.Value, 0, Patience.TotalSeconds));
    }

    [Fact]
    public async Task Lag_WhenThePoolStarves_IsSeenWhileItStarves()
    {
        using var host = await StartAsync();
        using var release = new ManualResetEvent(false);

        // Called on the probe's own thread: everybody else may be waiting for the pool.
        using var listener = new MeterListener();
        listener.SetMeasurementEventCallback<double>((_, seconds, _, _) =>
        {
            if (seconds > 0.2)
            {
                release.Set();
            }
        });
        listener.InstrumentPublished = (instrument, enabling) =>
        {
            if (instrument.Name == Name)
            {
                enabling.EnableMeasurementEvents(instrument);
            }
        };

        // In the queue that all threads share, where the probe's item comes behind them: the pool grows by a few threads a second.
        var blocked = Enumerable.Range(0, ThreadPool.ThreadCount + 200)
            .Select(_ => Task.Factory.StartNew(() => release.WaitOne(Patience), CancellationToken.None, TaskCreationOptions.PreferFairness, TaskScheduler.Default))
            .ToList();
        listener.Start();

        var wereReleased = await Task.WhenAll(blocked);
        Assert.True(wereReleased.All(wasReleased => wasReleased), "The pool starved, and its lag was not seen.");
    }

    private static async Task<IHost> StartAsync()
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.AddServiceDefaults();
        var host = builder.Build();
        await host.StartAsync(TestContext.Current.CancellationToken);
        return host;
    }
}
