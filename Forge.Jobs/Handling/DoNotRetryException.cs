namespace Forge.Jobs;

/// <summary>Thrown by a handler that knows that trying again is of no use: the job goes to the dead letters at once.</summary>
public sealed class DoNotRetryException : Exception
{
    /// <summary>Without a reason; better give one.</summary>
    public DoNotRetryException()
    {
    }

    /// <summary>With the reason, which is kept with the attempt.</summary>
    public DoNotRetryException(string message)
        : base(message)
    {
    }

    /// <summary>With the reason and its cause. The cause's type is the attempt's error type.</summary>
    public DoNotRetryException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
