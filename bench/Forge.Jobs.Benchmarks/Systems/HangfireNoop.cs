namespace Forge.Jobs.Benchmarks.Systems;

/// <summary>Says that it ran, and nothing more. Public, since Hangfire calls public methods only.</summary>
public sealed class HangfireNoop(Action ran)
{
    public void Run() => ran();
}
