using Forge.TestServers;
using Npgsql;

namespace Forge.Jobs.Tests.Working;

public sealed class ReadOnlyFailoverTests(JobServers servers) : JobTests(servers)
{
    /// <summary>The end cannot be stored for longer than the lease, and the pool is full of sessions that are read-only for ever.</summary>
    [Fact]
    public async Task JobsOfAWorker_WhosePostgresIsReadOnlyForAWhile_CompleteWithoutAnotherAttempt()
    {
        var begun = new TaskCompletionSource();
        var mayEnd = new TaskCompletionSource();
        await using var program = await JobProgram.StartAsync(Database);
        program.Script.Run = async (context, _) =>
        {
            if (context.Payload.Text == "running")
            {
                begun.TrySetResult();
                await mayEnd.Task;
            }
        };
        var running = await program.EnqueueAsync("running", request => request with { MaxAttempts = 1 });
        await begun.Task.WaitAsync(TimeSpan.FromSeconds(60), Token);
        var waiting = await program.EnqueueAsync("waiting", request => request with { MaxAttempts = 1, Delay = TimeSpan.FromSeconds(1) });

        await using var failover = await ReadOnlyFailover.BeginAsync(Database);
        mayEnd.SetResult();
        await WaitForReadOnlySessionsAsync();
        if (LongTests.AreWanted)
        {
            // Longer than an end is tried to be stored that Postgres refuses for another reason.
            await Task.Delay(TimeSpan.FromSeconds(45), Token);
        }

        await failover.EndAsync();

        foreach (var id in (Guid[])[running, waiting])
        {
            var job = await program.WaitForAsync(id, JobState.Completed);
            Assert.Equal(1, job.Attempt);
            Assert.DoesNotContain(job.Attempts, attempt => attempt.ErrorType is not null);
        }
    }

    [Fact]
    public async Task Enqueue_AfterPostgresWasReadOnly_WorksAgainByItself()
    {
        await using var program = await JobProgram.CreateAsync(Database);
        await using var failover = await ReadOnlyFailover.BeginAsync(Database);
        await Assert.ThrowsAsync<PostgresException>(() => FailAsync(program));
        await failover.EndAsync();

        // What the refused call found in the pool is there no more.
        await program.EnqueueAsync();
    }

    /// <summary>The first call may find a session that was cut.</summary>
    private static async Task FailAsync(JobProgram program)
    {
        while (true)
        {
            try
            {
                await program.EnqueueAsync();
            }
            catch (NpgsqlException exception) when (exception is not PostgresException { SqlState: PostgresErrorCodes.ReadOnlySqlTransaction })
            {
            }
        }
    }

    /// <summary>Returns once the worker has been unable to write for the length of its lease.</summary>
    private async Task WaitForReadOnlySessionsAsync()
    {
        const string IsExpired = "select not exists (select from jobs.worker where lease_expires_at > now())";
        while (true)
        {
            try
            {
                if (await Database.ScalarAsync<bool>(IsExpired))
                {
                    return;
                }
            }
            catch (NpgsqlException)
            {
                // A session that was cut.
            }

            await Task.Delay(TimeSpan.FromMilliseconds(50), Token);
        }
    }
}
