namespace Forge.Jobs;

/// <summary>The job no longer belongs to this run: its lease was taken after the worker had been silent for too long, or the job was finished otherwise. Nothing of what was asked for was stored.</summary>
public sealed class JobLeaseLostException : Exception
{
    /// <summary>With a general message.</summary>
    public JobLeaseLostException()
        : base("The job's lease is lost; another run may own it now.")
    {
    }

    /// <summary>With a message of its own.</summary>
    public JobLeaseLostException(string message)
        : base(message)
    {
    }

    /// <summary>With a message and a cause.</summary>
    public JobLeaseLostException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
