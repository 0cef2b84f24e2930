namespace Forge.Jobs.Tests.Reading;

public sealed class DeadLettersTests(JobServers servers) : JobTests(servers)
{
    [Fact]
    public async Task Group_PutsAlikeErrorsTogether_WhateverTheirNumbersAndIds()
    {
        await using var program = await JobProgram.StartAsync(Database);
        program.Script.Run = (context, _) => context.Payload.Text switch
        {
            "order" => throw new InvalidOperationException($"Order {context.JobId} of {Random.Shared.Next()} at 10.0.0.{Random.Shared.Next(256)}:{Random.Shared.Next(65_000)} failed.\nLine {Random.Shared.Next()}"),
            "late" => throw new TimeoutException($"Order {Guid.NewGuid():N} of 2.50 at 1,000 failed."),
            _ => throw new InvalidOperationException("No such customer."),
        };
        var ids = new List<Guid>();
        foreach (var text in new[] { "order", "order", "order", "late", "late", "customer" })
        {
            ids.Add(await program.EnqueueAsync(text, request => request with { MaxAttempts = 1, Owner = text }));
            await program.WaitForAsync(ids[^1], JobState.Discarded);
        }

        var first = await program.Reader.FindAsync(ids[0], Token);
        var last = await program.Reader.FindAsync(ids[2], Token);
        var summary = await program.Get<DeadLetters>().GroupAsync(cancellationToken: Token);

        Assert.True(summary.IsComplete);
        Assert.Equal(
            [
                ("System.InvalidOperationException", "Order # of # at # failed.", 3),
                ("System.TimeoutException", "Order # of # at # failed.", 2),
                ("System.InvalidOperationException", "No such customer.", 1),
            ],
            summary.Groups.Select(group => (group.ErrorType, group.Message, group.Count)));
        Assert.Equal(new DeadLetterGroup(JobProgram.Kind, "System.InvalidOperationException", "Order # of # at # failed.", 3, first!.FinishedAt!.Value, last!.FinishedAt!.Value, ids[2]), summary.Groups[0]);
        Assert.Equal(ids[4], Assert.Single((await program.Get<DeadLetters>().GroupAsync("late", Token)).Groups).SampleJobId);

        var ofGroup = new JobFilter { ErrorType = summary.Groups[0].ErrorType, ErrorMessage = summary.Groups[0].Message };
        Assert.Equal(3, (await program.Get<JobBulk>().PreviewAsync(JobAction.Retry, ofGroup, cancellationToken: Token)).Matched);
    }

    [Fact]
    public async Task Group_OfMoreThanItLooksAt_SaysSo()
    {
        await using var program = await JobProgram.CreateAsync(Database);
        await StoreAsync(DeadLetters.MaxLooked - 1);
        Assert.True((await program.Get<DeadLetters>().GroupAsync(cancellationToken: Token)).IsComplete);
        await StoreAsync(100);

        var summary = await program.Get<DeadLetters>().GroupAsync(cancellationToken: Token);

        Assert.False(summary.IsComplete);
        Assert.Equal(DeadLetters.MaxLooked, Assert.Single(summary.Groups).Count);
        Assert.Empty((await program.Get<DeadLetters>().GroupAsync("nobody", Token)).Groups);
    }

    private Task StoreAsync(int count) => Database.ExecuteAsync(
        $"""
        insert into jobs.job (id, kind, version, queue, priority, state, payload, max_attempts, finished_at)
        select gen_random_uuid(), 'test', 1, 'default', 5, 'discarded', '1', 1, now() from generate_series(1, {count})
        """);
}
