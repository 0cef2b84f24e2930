using Microsoft.Extensions.DependencyInjection;

namespace Forge.Jobs.Tests.Kinds;

public sealed class PayloadVersionTests(JobServers servers) : JobTests(servers)
{
    private const string Versioned = "versioned";

    [Theory]
    [InlineData(1, """{"words":["a","b"]}""", "a b!")]
    [InlineData(2, """{"words":"a b"}""", "a b!")]
    [InlineData(3, """{"text":"a b"}""", "a b")]
    public async Task Run_OfAnOlderPayload_BringsItForwardStepByStep(int version, string payload, string expected)
    {
        await using var program = await CreateAsync();
        var seen = new TaskCompletionSource<(string Text, int Version)>();
        program.Script.Run = (context, _) =>
        {
            seen.TrySetResult((context.Payload.Text, context.Version));
            return Task.CompletedTask;
        };
        var id = await EnqueueAsync(program, version, payload);

        await program.StartAsync();

        await program.WaitForAsync(id, JobState.Completed);
        Assert.Equal((expected, version), await seen.Task);
    }

    [Theory]
    [InlineData("""{"words":7}""", "System.InvalidOperationException")]
    [InlineData("7", "System.Text.Json.JsonException")]
    public async Task Run_WhenThePayloadCannotBeBroughtForward_IsADeadLetterWithTheError(string payload, string error)
    {
        await using var program = await CreateAsync();
        var id = await EnqueueAsync(program, version: 1, payload);

        await program.StartAsync();

        var job = await program.WaitForAsync(id, JobState.Discarded);
        Assert.Equal((1, error), (job.Attempt, Assert.Single(job.Attempts).ErrorType));
    }

    [Fact]
    public async Task Enqueue_WritesTheCurrentVersion()
    {
        await using var program = await CreateAsync();

        var enqueued = await program.Queue.EnqueueAsync(JobRequest.For(Versioned, new TestPayload()), Token);

        Assert.Equal(3, (await program.Reader.FindAsync(enqueued.JobId, Token))!.Version);
    }

    [Theory]
    [InlineData(new[] { 1, 3 }, 4, "from version 2 to 3")]
    [InlineData(new[] { 1 }, 3, "from version 2 to 3")]
    [InlineData(new[] { 1, 2, 3 }, 3, "at least 4")]
    public void Registration_WhenAStepIsMissing_SaysWhich(int[] steps, int version, string expected)
    {
        var exception = Assert.Throws<ArgumentException>(() => new ServiceCollection().AddJobKind<TestPayload>(Versioned, kind =>
        {
            kind.Version = version;
            Array.ForEach(steps, step => kind.Upcast(step, _ => { }));
        }));

        Assert.Contains(expected, exception.Message, StringComparison.Ordinal);
        Assert.Contains(Versioned, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Registration_WhenAStepIsThereTwice_Throws() =>
        Assert.Throws<ArgumentException>(() => new ServiceCollection().AddJobKind<TestPayload>(Versioned, kind =>
        {
            kind.Version = 2;
            kind.Upcast(from: 1, _ => { });
            kind.Upcast(from: 1, _ => { });
        }));

    private Task<JobProgram> CreateAsync() => JobProgram.CreateAsync(Database, builder => builder.Services.AddJobHandler<TestPayload, TestHandler>(Versioned, kind =>
    {
        kind.Version = 3;
        kind.Upcast(from: 1, json => json["words"] = string.Join(' ', json["words"]!.AsArray().Select(word => word!.GetValue<string>())));
        kind.Upcast(from: 2, json =>
        {
            json["text"] = $"{json["words"]}!";
            json.Remove("words");
        });
    }));

    /// <summary>A job as a program of that version left it.</summary>
    private async Task<Guid> EnqueueAsync(JobProgram program, int version, string payload)
    {
        var enqueued = await program.Queue.EnqueueAsync(JobRequest.For(Versioned, new TestPayload()), Token);
        await Database.ExecuteAsync("update jobs.job set version = @version, payload = @payload::jsonb", new("version", version), new("payload", payload));
        return enqueued.JobId;
    }
}
