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

        builder.Services.AddJobKind<ReportPayload>(JobKinds.ReportGenerate, kind =>
        {
            kind.Queue = JobQueues.Reports;
            kind.MaxAttempts = 3;
            kind.Timeout = TimeSpan.FromMinutes(5);
        });

        // The pauses add up to a quarter of an hour, so that a mail server which restarts costs no mail.
        builder.Services.AddJobKind<EmailPayload>(JobKinds.EmailSend, kind =>
        {
            kind.Queue = JobQueues.Mail;
            kind.IsInternal = true;
            kind.MaxAttempts = 10;
            kind.FirstRetryDelay = TimeSpan.FromSeconds(2);
            kind.Timeout = TimeSpan.FromMinutes(1);
        });

        // An image that its decoder crashed on is tried again, in case it was the machine's fault; one that is refused is not.
        builder.Services.AddJobKind<ThumbnailPayload>(JobKinds.ImageThumbnail, kind =>
        {
            kind.Queue = JobQueues.Media;
            kind.MaxAttempts = 3;
            // Two at once are decoded in each worker (Images:Concurrency), and the others wait in its places: half of the 16 that a worker has are left to other kinds.
            kind.MaxConcurrency = 8;
            kind.Timeout = TimeSpan.FromMinutes(5);
        });

        builder.Services.AddJobKind<ImportPayload>(JobKinds.PipelineImport, kind =>
        {
            kind.MaxAttempts = 3;
            kind.Timeout = TimeSpan.FromMinutes(15);
        });

        // The pauses add up to some two hours: a gateway that is down for that long costs no payment, only patience.
        builder.Services.AddJobKind<PaymentPayload>(JobKinds.PaymentCapture, kind =>
        {
            kind.Queue = JobQueues.Payments;
            kind.IsInternal = true;
            kind.MaxAttempts = 20;
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
