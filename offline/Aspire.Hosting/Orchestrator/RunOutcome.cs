namespace Aspire.Hosting.Orchestrator;

/// <summary>Why a run ended: the first thing that went wrong, if any did.</summary>
internal sealed class RunOutcome
{
    private string? _failure;

    /// <summary>Notes what went wrong; only the first is kept, since others follow from it.</summary>
    public void Fail(string message) => Interlocked.CompareExchange(ref _failure, message, null);

    /// <summary>Says what went wrong as the last line, and sets the exit code.</summary>
    public void Report()
    {
        if (_failure is not null)
        {
            Console.Error.WriteLine($"error: {_failure}");
            Environment.ExitCode = 1;
        }
    }
}
