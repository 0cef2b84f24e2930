namespace Aspire.Npgsql;

/// <summary>How the Npgsql data source is set up; read from <c>Aspire:Npgsql</c> and then <c>Aspire:Npgsql:{name}</c>.</summary>
public class NpgsqlSettings
{
    /// <summary>The connection string; <c>ConnectionStrings:{name}</c> wins over it.</summary>
    public string? ConnectionString { get; set; }

    /// <summary>Whether no health check is registered.</summary>
    /// <value>The default is <see langword="false"/>.</value>
    public bool DisableHealthChecks { get; set; }

    /// <summary>Whether spans of Npgsql are left out.</summary>
    /// <value>The default is <see langword="false"/>.</value>
    public bool DisableTracing { get; set; }

    /// <summary>Whether metrics of Npgsql are left out.</summary>
    /// <value>The default is <see langword="false"/>.</value>
    public bool DisableMetrics { get; set; }
}
