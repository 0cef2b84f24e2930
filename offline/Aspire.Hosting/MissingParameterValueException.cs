namespace Aspire.Hosting;

/// <summary>A parameter without a value.</summary>
public class MissingParameterValueException : DistributedApplicationException
{
    /// <summary>Initializes the exception.</summary>
    public MissingParameterValueException()
    {
    }

    /// <summary>Initializes the exception with a message.</summary>
    public MissingParameterValueException(string message)
        : base(message)
    {
    }

    /// <summary>Initializes the exception with a message and its cause.</summary>
    public MissingParameterValueException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
