using Forge.Jobs;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;
using Quartz;

namespace Microsoft.Extensions.Hosting;

/// <summary>Adds a worker that runs durable jobs.</summary>
public static class JobWorkerHostingExtensions
{
    private const string SchedulerName = "forge-jobs";
    private static readonly TimeSpan LongRunRestart = TimeSpan.FromSeconds(1);

    /// <summary>Adds the worker, and all of <see cref="JobQueueHostingExtensions.AddJobQueue"/> with it. Register what it runs with <c>builder.Services.AddJobHandler</c>.</summary>
    /// <remarks>Adds the health check <c>job-worker</c>. Calling it again only adds <paramref name="configure"/>, which comes after the configuration. Several workers, in one process or many, share the work.</remarks>
    public static TBuilder AddJobWorker<TBuilder>(this TBuilder builder, Action<JobWorkerOptions>? configure = null)
        where TBuilder : IHostApplicationBuilder
    {
        builder.AddJobQueue();
        var services = builder.Services;
        if (!services.Any(service => service.ServiceType == typeof(JobWorker)))
        {
            services.AddWorker();
        }

        if (configure is not null)
        {
            services.Configure(configure);
        }

        return builder;
    }

    private static void AddWorker(this IServiceCollection services)
    {
        services.AddOptionsWithValidateOnStart<JobWorkerOptions, JobWorkerOptionsValidator>().BindConfiguration(JobWorkerOptions.SectionName);
        services.AddSingleton<IValidateOptions<JobWorkerOptions>, JobWorkerIntervalsValidator>();
        services.AddSingleton<IValidateOptions<JobWorkerOptions>, JobWorkerQueuesValidator>();
        services.AddSingleton<IValidateOptions<JobWorkerOptions>, JobWorkerShutdownValidator>();
        services.AddSingleton<WorkerIdentity>();
        services.AddSingleton<WorkerScope>();
        services.AddSingleton<WorkerSignals>();
        services.AddSingleton<WorkerActivity>();
        services.AddSingleton<PostgresOutage>();
        services.AddSingleton<WorkerHeartbeat>();
        services.AddSingleton<WorkerLease>();
        services.AddSingleton<ClaimAhead>();
        services.AddSingleton<JobBuffer>();
        services.AddSingleton<JobSlots>();
        services.AddSingleton<JobHandBack>();
        services.AddSingleton<RunningJobs>();
        services.AddSingleton<RunningJobWriter>();
        services.AddSingleton<JobRunner>();
        services.AddSingleton<JobPoller>();
        services.AddSingleton<JobClaimer>();
        services.AddSingleton<LimitedKinds>();
        services.AddSingleton<LimitedJobClaimer>();
        services.AddSingleton<JobWorker>();
        services.AddHostedService(provider => provider.GetRequiredService<JobWorker>());
        services.AddHealthChecks().AddCheck<JobWorkerHealthCheck>("job-worker", HealthStatus.Unhealthy);
        services.AddClockwork();
    }

    /// <summary>A handful of Quartz jobs with its store in memory; they only tick, and what they do is in Postgres.</summary>
    private static void AddClockwork(this IServiceCollection services)
    {
        services.AddSingleton<JobPromoter>();
        services.AddSingleton<JobRescuer>();
        services.AddSingleton<JobSweeper>();
        services.AddSingleton<JobPruner>();
        services.AddSingleton<ScheduleFirer>();
        services.AddSingleton<FirePruner>();
        services.AddQuartz(SchedulerName, quartz =>
        {
            // The first two run until the worker stops; the trigger only brings them back should they ever end.
            Schedule<JobDrain>(quartz, "drain", _ => LongRunRestart);
            Schedule<ScheduleClock>(quartz, "schedules", _ => LongRunRestart);
            Schedule<MaintenanceTick<JobPromoter>>(quartz, "promote", options => options.PromoteInterval);
            Schedule<MaintenanceTick<JobRescuer>>(quartz, "rescue", options => options.RescueInterval);
            Schedule<MaintenanceTick<JobSweeper>>(quartz, "sweep", options => options.SweepInterval);
            Schedule<MaintenanceTick<JobPruner>>(quartz, "prune", options => options.PruneInterval);
            Schedule<MaintenanceTick<FirePruner>>(quartz, "prune-fires", options => options.PruneInterval);
        });
        services.AddQuartzHostedService(SchedulerName, quartz => quartz.WaitForJobsToComplete = true);
    }

    private static void Schedule<TJob>(IQuartzBuilder quartz, string name, Func<JobWorkerOptions, TimeSpan> interval)
        where TJob : class, IJob =>
        quartz.ScheduleJob<TJob>(
            (services, trigger) => trigger
                .WithIdentity(name)
                .StartNow()
                .WithSimpleSchedule(schedule => schedule
                    .WithInterval(interval(services.GetRequiredService<IOptions<JobWorkerOptions>>().Value))
                    .RepeatForever()),
            (_, job) => job.WithIdentity(name));
}
