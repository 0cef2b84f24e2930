using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using Npgsql;

namespace Forge.Jobs.Tests;

/// <summary>
/// The plans of every statement that a worker or a page of a list executes again and again, as Postgres really executed them (auto_explain): no statement reads the table, or walks
/// the backlog, whatever the statistics say.
/// </summary>
public sealed class LargeTableTests(JobServers servers) : JobTests(servers)
{
    private const int Lists = 10;
    private const int JobsInEach = 10_000;

    /// <summary>The most rows of a scan: what the figures count, and some that are passed over.</summary>
    private const int MostRows = 13_000;

    private readonly FakeLogCollector _notices = new();

    public enum Statistics
    {
        Absent,
        OlderThanTheBacklog,
        Fresh,
        PlannedWhileEmpty,
    }

    [Theory]
    [InlineData(Statistics.Absent)]
    [InlineData(Statistics.OlderThanTheBacklog)]
    [InlineData(Statistics.Fresh)]
    [InlineData(Statistics.PlannedWhileEmpty)]
    public async Task HotStatements_NeverReadTheTable_AndNeverWalkTheBacklog(Statistics statistics)
    {
        await using var program = await JobProgram.CreateAsync(Database, Configure);
        await Database.ExecuteAsync("alter table jobs.job set (autovacuum_enabled = off); alter table jobs.attempt set (autovacuum_enabled = off)");
        await program.Get<WorkerHeartbeat>().BeatAsync(Token);
        if (statistics is Statistics.PlannedWhileEmpty)
        {
            // From the sixth time on Postgres keeps the plan of a prepared statement.
            await Database.ExecuteAsync("vacuum analyze jobs.job");
            for (var time = 0; time < 7; time++)
            {
                await program.EnqueueAsync();
                await ExecuteAllAsync(program);
            }
        }

        await FillAsync("completed", statistics is Statistics.OlderThanTheBacklog ? "analyze jobs.job" : "");
        await FillAsync("available", statistics is Statistics.Fresh ? "vacuum analyze jobs.job" : "");
        await program.Get<WorkerHeartbeat>().BeatAsync(Token);
        await program.Get<JobClaimer>().PollAsync(1, Token);
        _notices.Clear();

        await ExecuteAllAsync(program);

        // Claims by id keep the plan that suited a table of a few rows until Postgres analyzes it, by default within a minute. That plan reads the table.
        string[] known = statistics is Statistics.PlannedWhileEmpty ? [JobSql.ClaimIds, JobSql.ClaimFound] : [];
        var plans = _notices.GetSnapshot().Select(notice => PlanOf(notice.Message)).OfType<JsonElement>().ToList();
        string[] looked = [JobSql.ClaimIds, JobSql.WaitingOf, JobSql.FindOldest, JobSql.ClaimFound, JobSql.WaitingHeads, JobSql.WaitingCounts, JobSql.QueueFigures];
        Assert.All(looked, statement => Assert.Contains(plans, plan => IsOf(plan, statement)));

        // As one text, since of a collection only the beginning would be shown.
        var faults = plans
            .Where(plan => !known.Any(statement => IsOf(plan, statement)))
            .SelectMany(plan => FaultsOf(plan.GetProperty("Plan")).Select(fault => $"{fault}: {plan.GetProperty("Query Text")}"));
        Assert.Equal("", string.Join("\n\n", faults));
    }

    /// <summary>Everything that is asked for over and over.</summary>
    private async Task ExecuteAllAsync(JobProgram program)
    {
        var waiting = await IdsAsync(50);
        // Few first, and then so many stale ids that takes of thousands come between the claims.
        program.Push(waiting[..(waiting.Length / 5)]);
        program.Push([.. Enumerable.Range(0, 4_000).Select(_ => Guid.NewGuid())]);
        program.Push(waiting[(waiting.Length / 5)..]);
        await program.Get<WorkerHeartbeat>().BeatAsync(Token);
        Assert.Equal(waiting.Length > 0, (await program.Get<JobClaimer>().ClaimAsync(40, Token)).Count > 0);
        await program.Get<JobClaimer>().PollAsync(40, Token);
        await program.Get<JobSweeper>().RunOnceAsync(Token);
        await program.Get<JobPromoter>().RunOnceAsync(Token);
        await program.Get<JobPruner>().RunOnceAsync(Token);
        await program.Reader.GetQueuesAsync(Token);
        await program.Reader.FindQueueAsync("default", Token);
        await program.Reader.GetRunFiguresAsync(Token);
        await program.Get<DeadLetters>().GroupAsync(cancellationToken: Token);
        await program.Get<DeadLetters>().GroupAsync("owner", Token);
        foreach (var action in Enum.GetValues<JobAction>())
        {
            // What it finds is planned alike, and nothing that the others look for is changed.
            await program.Get<JobChanger>().ChangeAsync(action, Guid.NewGuid(), action.States(), Token);
            await program.Get<JobChanger>().ChangeAsync(action, [.. Enumerable.Range(0, 1_000).Select(_ => Guid.NewGuid())], action.States(), Token);
            await program.Get<JobBulk>().PreviewAsync(action, new JobFilter { Kind = "unheard-of", Error = "late" }, within: TimeSpan.Zero, cancellationToken: Token);
        }

        foreach (var filter in Filters())
        {
            var page = await program.Reader.ListAsync(filter, cancellationToken: Token);
            await program.Reader.ListAsync(filter, page.Next ?? waiting.FirstOrDefault(Guid.NewGuid()), cancellationToken: Token);
        }
    }

    private static IEnumerable<JobFilter> Filters() =>
    [
        new(),
        new() { Kind = JobProgram.Kind },
        new() { Kind = "unheard-of" },
        new() { Queue = "unheard-of" },
        new() { Owner = "nobody" },
        new() { Owner = "owner", Error = "late" },
        new() { Owner = "owner", State = JobState.Available },
        .. Enum.GetValues<JobState>().Select(state => new JobFilter { State = state }),
        .. Enum.GetValues<JobState>().Select(state => new JobFilter { State = state, Kind = "unheard-of", Queue = "default" }),
    ];

    private async Task<Guid[]> IdsAsync(int count) =>
        await Database.ScalarAsync<Guid[]>("select array(select id from jobs.job where state = 'available' and kind = 'test' limit @count)", new NpgsqlParameter("count", count));

    /// <summary>Ten lists: two kinds in five priorities. Every tenth job has an owner.</summary>
    private async Task FillAsync(string state, string then)
    {
        await Database.ExecuteAsync(
            $"""
            insert into jobs.job (id, kind, version, queue, priority, state, payload, max_attempts, owner, run_at, finished_at)
            select gen_random_uuid(), case n % 2 when 0 then 'test' else 'foreign' end, 1, 'default', n % 5, '{state}', '{"{}"}', 3, case when n % 10 = 0 then 'owner' end,
                   now() - interval '1 hour' + n * interval '1 ms', case when '{state}' = 'completed' then now() - interval '1 hour' + n * interval '1 ms' end
            from generate_series(1, {Lists * JobsInEach}) as n
            """);
        if (then.Length > 0)
        {
            await Database.ExecuteAsync(then);
        }
    }

    private void Configure(HostApplicationBuilder builder) => builder.Services.AddSingleton(_ =>
    {
        var connection = new NpgsqlConnectionStringBuilder(Database.ConnectionString)
        {
            Options = "-c session_preload_libraries=auto_explain -c auto_explain.log_min_duration=0 -c auto_explain.log_analyze=on -c auto_explain.log_timing=off"
                + " -c auto_explain.log_format=json -c auto_explain.log_level=notice -c client_min_messages=notice",
            // Each statement is executed by the session that planned it.
            MaxPoolSize = 2,
        };
        var logs = LoggerFactory.Create(logging => logging.SetMinimumLevel(LogLevel.Trace).AddProvider(new FakeLoggerProvider(_notices)));
        return new NpgsqlDataSourceBuilder(connection.ConnectionString).UseLoggerFactory(logs).Build();
    });

    private static JsonElement? PlanOf(string notice) =>
        notice.IndexOf("plan:\n{", StringComparison.Ordinal) is >= 0 and var start
            ? JsonDocument.Parse(notice[(start + "plan:\n".Length)..(notice.LastIndexOf('}') + 1)]).RootElement
            : null;

    /// <summary>Npgsql has given the parameters other names, so the first line, which is a comment, must do.</summary>
    private static bool IsOf(JsonElement plan, string statement) =>
        plan.GetProperty("Query Text").GetString()!.StartsWith(statement.Split('\n')[0], StringComparison.Ordinal);

    private static IEnumerable<string> FaultsOf(JsonElement node)
    {
        var type = node.GetProperty("Node Type").GetString()!;
        if (node.TryGetProperty("Relation Name", out var relation) && relation.GetString() is "job" or "attempt")
        {
            var rows = (Number(node, "Actual Rows") + Number(node, "Rows Removed by Filter") + Number(node, "Rows Removed by Index Recheck")) * Number(node, "Actual Loops");
            if (type == "Seq Scan" && relation.GetString() == "job")
            {
                yield return $"reads the table {relation}, {rows} rows";
            }
            else if (rows > MostRows)
            {
                yield return $"{type} of {rows} rows of {relation}";
            }
        }

        foreach (var fault in node.TryGetProperty("Plans", out var plans) ? plans.EnumerateArray().SelectMany(FaultsOf) : [])
        {
            yield return fault;
        }
    }

    private static double Number(JsonElement node, string name) => node.TryGetProperty(name, out var value) ? value.GetDouble() : 0;
}
