namespace Forge.Jobs.Tests.Scheduling;

public sealed record Fire(DateTime FireAt, DateTime FiredAt, bool IsMissed, Guid? JobId);

/// <summary>A test with schedules in a database of its own.</summary>
public abstract class ScheduleTests(JobServers servers) : JobTests(servers)
{
    protected const string Name = "nightly";
    protected const string EachSecond = "* * * * * ?";
    protected const string Nightly = "0 0 3 * * ?";

    protected static JobScheduleRequest Request(string cron = EachSecond) => new(Name, cron, JobRequest.For(JobProgram.Kind, new TestPayload("hello")));

    protected static Task<PutScheduleResult> PutAsync(JobProgram program, JobScheduleRequest? request = null) =>
        program.Get<JobSchedules>().PutAsync(request ?? Request(), Token);

    protected static async Task<JobSchedule> FindAsync(JobProgram program) => (await program.Get<JobSchedules>().FindAsync(Name, Token))!;

    protected Task DelayNextFireAsync(string by) =>
        Database.ExecuteAsync($"update jobs.schedule set next_fire_at = date_trunc('second', now()) - interval '{by}'");

    /// <summary>What has fired so far, in the order of the fire times.</summary>
    protected async Task<List<Fire>> FiresAsync()
    {
        await using var command = Database.Data.CreateCommand("select fire_at, fired_at, is_missed, job_id from jobs.schedule_fire order by fire_at");
        await using var reader = await command.ExecuteReaderAsync(Token);
        var fires = new List<Fire>();
        while (await reader.ReadAsync(Token))
        {
            fires.Add(new Fire(reader.GetDateTime(0), reader.GetDateTime(1), reader.GetBoolean(2), await reader.IsDBNullAsync(3, Token) ? null : reader.GetGuid(3)));
        }

        return fires;
    }

    protected async Task<List<Fire>> WaitForFiresAsync(int count, TimeSpan? limit = null)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(Token);
        timeout.CancelAfter(limit ?? TimeSpan.FromSeconds(60));
        while (true)
        {
            var fires = await FiresAsync();
            if (fires.Count >= count)
            {
                return fires;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(50), timeout.Token);
        }
    }

    /// <summary>Each fire has a job, each job a fire.</summary>
    protected async Task HasOneJobEachAsync(IReadOnlyCollection<Fire> fires)
    {
        Assert.Equal(fires.Count, fires.Select(fire => fire.JobId).Where(id => id is not null).Distinct().Count());
        Assert.Equal(fires.Count, await Database.ScalarAsync<long>("select count(*) from jobs.job"));
        Assert.Equal(fires.Count, await Database.ScalarAsync<long>("select count(*) from jobs.schedule_fire f join jobs.job j on j.id = f.job_id"));
    }

    protected static void AreEachSecond(IReadOnlyList<Fire> fires) =>
        Assert.All(fires.Zip(fires.Skip(1)), pair => Assert.Equal(TimeSpan.FromSeconds(1), pair.Second.FireAt - pair.First.FireAt));
}
