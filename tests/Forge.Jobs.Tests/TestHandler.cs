namespace Forge.Jobs.Tests;

public sealed record TestPayload(string Text = "");

/// <summary>What the handler of a test does, set by the test.</summary>
public sealed class TestScript
{
    public Func<JobContext<TestPayload>, CancellationToken, Task> Run { get; set; } = (_, _) => Task.CompletedTask;
}

public sealed class TestHandler(TestScript script) : IJobHandler<TestPayload>
{
    public Task HandleAsync(JobContext<TestPayload> context, CancellationToken cancellationToken) => script.Run(context, cancellationToken);
}
