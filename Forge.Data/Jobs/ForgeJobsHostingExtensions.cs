using Forge.Contracts;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Microsoft.Extensions.Hosting;

/// <summary>Adds the app's job queue.</summary>
public static class ForgeJobsHostingExtensions
{
    /// <summary>
    /// Adds the job queue on the app's database and the Redis client, with every queue and kind of job that Forge ships. Who enqueues and who runs
    /// both call this, so that they agree. The demo kinds are there only where the lab is.
    /// </summary>
    public static TBuilder AddForgeJobs<TBuilder>(this TBuilder builder)
        where TBuilder : IHostApplicationBuilder
    {
        builder.AddJobQueue(options =>
        {
            foreach (var queue in JobQueues.All)
            {
                options.Queues.Add(queue);
            }
        });

        // The default retries go on for about five days, so that an outage of what a job needs costs patience and no job.
        builder.Services.AddJobKind<ReportPayload>(JobKinds.ReportGenerate, kind =>
        {
            kind.Queue = JobQueues.Reports;
            kind.Timeout = TimeSpan.FromMinutes(5);
        });

        builder.Services.AddJobKind<EmailPayload>(JobKinds.EmailSend, kind =>
        {
            kind.Queue = JobQueues.Mail;
            kind.IsInternal = true;
            kind.FirstRetryDelay = TimeSpan.FromSeconds(2);
            kind.Timeout = TimeSpan.FromMinutes(1);
        });

        builder.Services.AddJobKind<ThumbnailPayload>(JobKinds.ImageThumbnail, kind =>
        {
            kind.Queue = JobQueues.Media;
            // Two at once are decoded in each worker (Images:Concurrency), and the others wait in its places: half of the 16 that a worker has are left to other kinds.
            kind.MaxConcurrency = 8;
            kind.Timeout = TimeSpan.FromMinutes(5);
        });

        builder.Services.AddJobKind<ImportPayload>(JobKinds.PipelineImport, kind => kind.Timeout = TimeSpan.FromMinutes(15));

        builder.Services.AddJobKind<PaymentPayload>(JobKinds.PaymentCapture, kind =>
        {
            kind.Queue = JobQueues.Payments;
            kind.IsInternal = true;
            kind.Timeout = TimeSpan.FromMinutes(1);
        });

        if (builder.IsLabEnabled())
        {
            builder.Services.AddJobKind<DemoNoopPayload>(JobKinds.DemoNoop);
            builder.Services.AddJobKind<DemoSleepPayload>(JobKinds.DemoSleep, kind => kind.Timeout = TimeSpan.FromMinutes(15));
            builder.Services.AddJobKind<DemoFailPayload>(JobKinds.DemoFail);
        }

        return builder;
    }

    /// <summary>True where the lab, with its demo jobs and disasters on demand, is switched on. Off by default.</summary>
    public static bool IsLabEnabled(this IHostApplicationBuilder builder) => builder.Configuration.GetValue<bool>("Lab:Enabled");
}
