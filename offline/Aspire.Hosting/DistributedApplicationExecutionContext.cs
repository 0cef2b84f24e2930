namespace Aspire.Hosting;

/// <summary>What the application is built for.</summary>
public class DistributedApplicationExecutionContext(DistributedApplicationOperation operation)
{
    /// <summary>What for.</summary>
    public DistributedApplicationOperation Operation { get; } = operation;

    /// <summary>Whether it is to run here: always, with the stand-ins.</summary>
    public bool IsRunMode => Operation == DistributedApplicationOperation.Run;

    /// <summary>Whether it is to be deployed: never, with the stand-ins.</summary>
    public bool IsPublishMode => Operation == DistributedApplicationOperation.Publish;
}

/// <summary>What an application can be built for.</summary>
public enum DistributedApplicationOperation
{
    /// <summary>To run here.</summary>
    Run = 0,

    /// <summary>To be deployed.</summary>
    Publish = 1,
}
