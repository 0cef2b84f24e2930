namespace Aspire.Hosting;

/// <summary>Something about the application model or its start is wrong; the message is for the person who runs it.</summary>
public class DistributedApplicationException : Exception
{
    /// <summary>Initializes the exception.</summary>
    public DistributedApplicationException()
    {
    }

    /// <summary>Initializes the exception with a message.</summary>
    public DistributedApplicationException(string message)
        : base(message)
    {
    }

    /// <summary>Initializes the exception with a message and its cause.</summary>
    public DistributedApplicationException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
