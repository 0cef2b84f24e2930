using Forge.Contracts;
using Forge.Worker.Demo;

namespace Microsoft.Extensions.Hosting;

internal static class DemoJobsHostingExtensions
{
    /// <summary>Runs the demo jobs in this worker, where the lab is on.</summary>
    public static TBuilder AddDemoJobs<TBuilder>(this TBuilder builder)
        where TBuilder : IHostApplicationBuilder
    {
        if (builder.IsLabEnabled())
        {
            builder.Services.AddJobHandler<DemoNoopPayload, NoopHandler>(JobKinds.DemoNoop);
            builder.Services.AddJobHandler<DemoSleepPayload, SleepHandler>(JobKinds.DemoSleep);
            builder.Services.AddJobHandler<DemoFailPayload, FailHandler>(JobKinds.DemoFail);
        }

        return builder;
    }
}
