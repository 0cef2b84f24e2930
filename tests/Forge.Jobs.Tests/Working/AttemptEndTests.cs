using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.Metrics.Testing;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using Npgsql;

namespace Forge.Jobs.Tests.Working;

/// <summary>How runs end that end oddly, and what is stored and said of them.</summary>
public sealed class AttemptEndTests(JobServers servers) : JobTests(servers)
{
    [Theory]
    [InlineData(PostgresErrorCodes.QueryCanceled)]
    [InlineData(PostgresErrorCodes.ReadOnlySqlTransaction)]
    [InlineData(PostgresErrorCodes.InsufficientPrivilege)]
    public async Task FinishedRun_WhenPostgresRefusesForAWhile_IsStoredAndNotRunAgain(string sqlState)
    {
        await using var program = await JobProgram.StartAsync(Database);
        await Database.RefuseFirstAsync(3, "new.state = 'completed'", sqlState);

        var job = await program.WaitForAsync(await program.EnqueueAsync(), JobState.Completed);

        Assert.Equal(1, job.Attempt);
        Assert.Equal("completed", Assert.Single(job.Attempts).Outcome);
    }

    [Fact]
    public async Task Result_WhenPostgresCannotHoldIt_FailsTheAttempt()
    {
        await using var program = await JobProgram.StartAsync(Database, builder => builder.Logging.AddFakeLogging());
        using var attempts = Attempts(program);
        await Database.RefuseFirstAsync(1, "new.state = 'completed'", PostgresErrorCodes.NumericValueOutOfRange);

        var job = await program.WaitForAsync(await program.EnqueueAsync(), JobState.Completed);
        await program.StopAsync();

        Assert.Equal(["failed", "completed"], job.Attempts.Select(attempt => attempt.Outcome));
        Assert.Equal(typeof(PostgresException).FullName, job.Attempts[0].ErrorType);
        Assert.Equal(["failed", "completed"], attempts.GetMeasurementSnapshot().Select(attempt => attempt.Tags["outcome"]));
    }

    [Theory]
    [InlineData("its last attempt")]
    [InlineData("do not retry")]
    public async Task CancelledRun_WhenItsHandlerThrows_IsCancelledWhateverItThrows(string how)
    {
        await using var program = await JobProgram.StartAsync(Database);
        program.Script.Run = async (_, token) =>
        {
            await Task.Delay(Timeout.Infinite, token).ContinueWith(_ => { }, TaskScheduler.Default);
            throw how == "do not retry" ? new DoNotRetryException("no") : new FormatException("no");
        };
        var id = await program.EnqueueAsync(change: request => request with { MaxAttempts = 1 });
        await program.WaitForAsync(id, JobState.Running);

        await program.Control.CancelAsync(id, Token);

        Assert.Equal("failed", Assert.Single((await program.WaitForAsync(id, JobState.Cancelled)).Attempts).Outcome);
    }

    [Fact]
    public async Task CancelledRun_WhenItsHandlerCompletesAllTheSame_IsCompleted()
    {
        await using var program = await JobProgram.StartAsync(Database);
        program.Script.Run = (_, token) => Task.Delay(Timeout.Infinite, token).ContinueWith(_ => { }, TaskScheduler.Default);
        var id = await program.EnqueueAsync();
        await program.WaitForAsync(id, JobState.Running);

        await program.Control.CancelAsync(id, Token);

        Assert.NotNull((await program.WaitForAsync(id, JobState.Completed)).CancelRequestedAt);
    }

    [Fact]
    public async Task Run_WhenItBreaksOutsideItsHandler_FreesItsPlaceAndIsRescued()
    {
        await using var program = await JobProgram.StartAsync(Database, builder => builder.Services.Configure<JobWorkerOptions>(options => options.Concurrency = 1));
        program.Script.Run = (context, _) => context.Attempt == 1 ? throw new UnreadableException() : Task.CompletedTask;

        var job = await program.WaitForAsync(await program.EnqueueAsync(), JobState.Completed);

        Assert.Equal(["rescued", "completed"], job.Attempts.Select(attempt => attempt.Outcome));
    }

    [Fact]
    public async Task Handler_WhenItThrowsAfterItCommittedTheCompletion_HasCompletedTheJob()
    {
        await using var program = await JobProgram.StartAsync(Database, builder => builder.Logging.AddFakeLogging());
        using var attempts = Attempts(program);
        program.Script.Run = async (context, token) =>
        {
            await using var connection = await Database.Data.OpenConnectionAsync(token);
            await using var transaction = await connection.BeginTransactionAsync(token);
            await context.CompleteAsync(transaction, token);
            await transaction.CommitAsync(token);
            throw new FormatException("too late");
        };

        var id = await program.EnqueueAsync(change: request => request with { MaxAttempts = 1 });
        await program.WaitForAsync(id, JobState.Completed);
        await program.StopAsync();

        Assert.Equal("completed", Assert.Single(attempts.GetMeasurementSnapshot()).Tags["outcome"]);
        var said = Assert.Single(Said(program), record => record.Exception is not null);
        Assert.Equal((LogLevel.Warning, "too late"), (said.Level, said.Exception!.Message));
        Assert.Contains("completed", said.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ends_WhenTheyAreWrittenTwice_AreCountedOnceAsWhatTheyWere()
    {
        const int Jobs = 40;
        await using var program = await JobProgram.StartAsync(Database, builder =>
        {
            builder.Logging.AddFakeLogging();
            builder.Services.Configure<JobWorkerOptions>(options => options.Concurrency = Jobs);
        });
        using var attempts = Attempts(program);
        var (running, goOn) = (new CountdownEvent(Jobs), new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        program.Script.Run = async (context, _) =>
        {
            running.Signal();
            await goOn.Task;
            // Half of them fail, and their part of the shared write with them: the other half is stored already then.
            if (context.Payload.Text == "fails")
            {
                throw new DoNotRetryException("no");
            }
        };
        await Database.RefuseFirstAsync(4, "new.state = 'discarded'");
        var ids = await Task.WhenAll(Enumerable.Range(0, Jobs).Select(job => program.EnqueueAsync(job % 2 == 0 ? "fails" : "")));
        while (!running.IsSet)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), Token);
        }

        goOn.SetResult();
        for (var job = 0; job < Jobs; job++)
        {
            await program.WaitForAsync(ids[job], job % 2 == 0 ? JobState.Discarded : JobState.Completed);
        }

        await program.StopAsync();

        Assert.Equal((Jobs / 2, Jobs / 2), (Count("completed"), Count("failed")));
        Assert.DoesNotContain(Said(program), record => record.Message.Contains("was taken", StringComparison.Ordinal));

        int Count(string outcome) => attempts.GetMeasurementSnapshot().Count(attempt => Equals(attempt.Tags["outcome"], outcome));
    }

    [Fact]
    public async Task Cancel_WhenWhatTheHandlerRegisteredOnItsTokenThrows_IsLogged()
    {
        await using var program = await JobProgram.StartAsync(Database, builder => builder.Logging.AddFakeLogging());
        program.Script.Run = async (_, token) =>
        {
            await using var registration = token.Register(() => throw new FormatException("from the callback"));
            await Task.Delay(Timeout.Infinite, token);
        };
        var id = await program.EnqueueAsync();
        await program.WaitForAsync(id, JobState.Running);

        await program.Control.CancelAsync(id, Token);
        await program.WaitForAsync(id, JobState.Cancelled);
        await program.StopAsync();

        Assert.Contains(Said(program), record => record.Exception?.ToString().Contains("from the callback", StringComparison.Ordinal) is true);
    }

    private static MetricCollector<long> Attempts(JobProgram program) => new(program.Get<System.Diagnostics.Metrics.IMeterFactory>(), "Forge.Jobs", "forge.job.attempts");

    private static IEnumerable<FakeLogRecord> Said(JobProgram program) =>
        program.Get<FakeLogCollector>().GetSnapshot().Where(record => record.Category!.StartsWith("Forge", StringComparison.Ordinal));

    private sealed class UnreadableException : Exception
    {
        public override string Message => throw new InvalidTimeZoneException("The message cannot be read.");
    }
}
