using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;
using StackExchange.Redis;

namespace Forge.Jobs.Benchmarks;

/// <summary>How long each statement of the hot path takes beside many finished and many waiting jobs in 40 lists, with statistics absent, older than the backlog, and fresh.</summary>
internal sealed class LargeTable(Settings settings) : IAsyncDisposable
{
    private const int Finished = 10_000_000;
    private const int Waiting = 1_000_000;
    private const int Kinds = 4;
    private const int Samples = 200;
    private const int Room = 16;

    private readonly IHost _host = Build(settings);

    private NpgsqlDataSource Data => Get<NpgsqlDataSource>();

    public async Task RunAsync()
    {
        await Get<IEnumerable<IHostedService>>().OfType<JobSchema>().Single().MigrateAsync(CancellationToken.None);
        await ExecuteAsync("truncate jobs.job cascade; truncate jobs.worker");
        await ExecuteAsync("alter table jobs.job set (autovacuum_enabled = off)");
        // One heartbeat, with a lease for the whole run.
        await Get<WorkerHeartbeat>().BeatAsync(CancellationToken.None);
        await FillAsync("completed", settings.Jobs(Finished));
        await FillAsync("available", settings.Jobs(Waiting));
        await MeasureAsync("absent");
        await ExecuteAsync("delete from jobs.job where state in ('available', 'running')");
        await ExecuteAsync("vacuum analyze jobs.job");
        await FillAsync("available", settings.Jobs(Waiting));
        await MeasureAsync("older than the backlog");
        await ExecuteAsync("vacuum analyze jobs.job");
        await MeasureAsync("fresh");
        await ExecuteAsync("alter table jobs.job reset (autovacuum_enabled)");
    }

    public async ValueTask DisposeAsync()
    {
        await ExecuteAsync("truncate jobs.job cascade");
        _host.Dispose();
    }

    private async Task MeasureAsync(string statistics)
    {
        var (queue, reader) = (Get<IJobQueue>(), Get<JobReader>());
        // The first sweep fills the lists in Redis, which the claims then take from.
        await New<JobSweeper>().RunOnceAsync(CancellationToken.None);
        await TakeAsync("sweep", Samples, _ => New<JobSweeper>().RunOnceAsync(CancellationToken.None));
        await TakeAsync("claim", Samples, _ => Get<JobClaimer>().ClaimAsync(Room, CancellationToken.None));
        await TakeAsync("poll", Samples, _ => Get<JobClaimer>().PollAsync(Room, CancellationToken.None));
        await TakeAsync("promote", Samples, _ => New<JobPromoter>().RunOnceAsync(CancellationToken.None));
        await TakeAsync("prune, nothing to do", Samples, _ => New<JobPruner>().RunOnceAsync(CancellationToken.None));
        await TakeAsync("list page", Samples, _ => reader.ListAsync(new JobFilter()));
        await TakeAsync("list page, a kind without jobs", Samples, _ => reader.ListAsync(new JobFilter { Kind = "unheard-of" }));
        await TakeAsync("list page, available", Samples, _ => reader.ListAsync(new JobFilter { State = JobState.Available }));
        await TakeAsync("list page, scheduled", Samples, _ => reader.ListAsync(new JobFilter { State = JobState.Scheduled }));
        await TakeAsync("list page, running", Samples, _ => reader.ListAsync(new JobFilter { State = JobState.Running }));
        await TakeAsync("queue figures", Samples, _ => reader.GetQueuesAsync());
        await TakeAsync("run figures", Samples, _ => reader.GetRunFiguresAsync());
        var announced = await EnqueueUnannouncedAsync(queue);
        await TakeAsync("announce", Samples, sample => queue.AnnounceAsync([announced[sample]]));

        async Task TakeAsync(string name, int samples, Func<int, Task> act)
        {
            var times = new List<double>(samples);
            for (var sample = 0; sample < samples; sample++)
            {
                var begun = Stopwatch.GetTimestamp();
                await act(sample);
                times.Add(Stopwatch.GetElapsedTime(begun).TotalMilliseconds);
            }

            times.Sort();
            Report.Write(new Figure("Forge", $"{name} p50, statistics {statistics}", "ms", times[samples / 2], 1));
            Report.Write(new Figure("Forge", $"{name} p99, statistics {statistics}", "ms", times[samples * 99 / 100], 1));
        }
    }

    private async Task<IReadOnlyList<Guid>> EnqueueUnannouncedAsync(IJobQueue queue)
    {
        await using var connection = await Data.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        var stored = (EnqueueManyResult.Enqueued)await queue.EnqueueManyAsync([.. Enumerable.Range(0, Samples).Select(_ => JobRequest.For("kind0", new LargePayload()))], transaction);
        await transaction.CommitAsync();
        return stored.JobIds;
    }

    /// <summary>Four kinds in ten priorities. Finished jobs ended in the last five days, so none of them is to be pruned.</summary>
    private Task FillAsync(string state, int count) => ExecuteAsync(
        $$"""
        insert into jobs.job (id, kind, version, queue, priority, state, payload, attempt, max_attempts, run_at, created_at, started_at, finished_at, worker_id)
        select (lpad(to_hex((extract(epoch from t) * 1000)::bigint), 12, '0') || substr(replace(gen_random_uuid()::text, '-', ''), 13))::uuid,
               'kind' || n % {{Kinds}}, 1, 'default', n / {{Kinds}} % 10, '{{state}}', '{"number":1}', 0, 5, t, t,
               case when '{{state}}' = 'completed' then t end, case when '{{state}}' = 'completed' then t end, case when '{{state}}' = 'completed' then 'gone' end
        from generate_series(1, {{count}}) as n,
             lateral (select now() - interval '1 hour' - case when '{{state}}' = 'completed' then interval '5 days' else interval '0' end * (1 - n::float / {{count}}) as t) as at
        """);

    private T Get<T>()
        where T : notnull => _host.Services.GetRequiredService<T>();

    /// <summary>One of its own each time, since it keeps to a share of the time.</summary>
    private T New<T>() => ActivatorUtilities.CreateInstance<T>(_host.Services);

    private async Task ExecuteAsync(string sql)
    {
        await using var command = Data.CreateCommand(sql);
        command.CommandTimeout = 0;
        await command.ExecuteNonQueryAsync();
    }

    private static IHost Build(Settings settings)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services.AddSingleton(_ => NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(settings.Postgres) { NoResetOnClose = true }));
        builder.Services.AddSingleton<IConnectionMultiplexer>(_ => ConnectionMultiplexer.Connect(settings.Redis));
        for (var kind = 0; kind < Kinds; kind++)
        {
            builder.Services.AddJobHandler<LargePayload, LargeHandler>($"kind{kind}");
        }

        builder.AddJobWorker(options => options.LeaseDuration = TimeSpan.FromMinutes(10));
        builder.AddJobQueue(options => options.KeyPrefix = $"{{bench:{Guid.NewGuid():n}}}");
        return builder.Build();
    }

    private sealed record LargePayload;

    private sealed class LargeHandler : IJobHandler<LargePayload>
    {
        public Task HandleAsync(JobContext<LargePayload> context, CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
