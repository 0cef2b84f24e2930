namespace Aspire.StackExchange.Redis;

/// <summary>How the Redis client is set up; read from <c>Aspire:StackExchange:Redis</c> and then <c>Aspire:StackExchange:Redis:{name}</c>.</summary>
public sealed class StackExchangeRedisSettings
{
    /// <summary>The connection string; <c>ConnectionStrings:{name}</c> wins over it.</summary>
    public string? ConnectionString { get; set; }

    /// <summary>Whether no health check is registered.</summary>
    /// <value>The default is <see langword="false"/>.</value>
    public bool DisableHealthChecks { get; set; }

    /// <summary>Whether no spans are written.</summary>
    /// <value>The default is <see langword="false"/>.</value>
    public bool DisableTracing { get; set; }

    /// <summary>Whether the connection is made when it is first asked for, and not at the start of the host.</summary>
    /// <value>The default is <see langword="true"/>.</value>
    public bool DisableAutoActivation { get; set; } = true;
}
