using System.Collections.Immutable;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>What is known about one process of a resource at one moment.</summary>
public sealed record CustomResourceSnapshot
{
    /// <summary>What kind of resource it is, for display.</summary>
    public required string ResourceType { get; init; }

    /// <summary>Further facts, for display.</summary>
    public required ImmutableArray<ResourcePropertySnapshot> Properties { get; init; }

    /// <summary>The state, usually one of <see cref="KnownResourceStates"/>; null before the first.</summary>
    public ResourceStateSnapshot? State { get; init; }

    /// <summary>The exit code of the last process; null while one runs and before the first.</summary>
    public int? ExitCode { get; init; }

    /// <summary>When the last process was started (UTC).</summary>
    public DateTime? StartTimeStamp { get; init; }

    /// <summary>When the last process ended (UTC).</summary>
    public DateTime? StopTimeStamp { get; init; }

    /// <summary>The environment that the process got.</summary>
    public ImmutableArray<EnvironmentVariableSnapshot> EnvironmentVariables { get; init; } = [];

    /// <summary>Where it is reached.</summary>
    public ImmutableArray<UrlSnapshot> Urls { get; init; } = [];

    /// <summary>What can be asked of it.</summary>
    public ImmutableArray<ResourceCommandSnapshot> Commands { get; init; } = [];

    /// <summary>What it is related to.</summary>
    public ImmutableArray<RelationshipSnapshot> Relationships { get; init; } = [];

    /// <summary>What each health check last said.</summary>
    public ImmutableArray<HealthReportSnapshot> HealthReports { get; internal init; } = [];

    /// <summary>Whether it is left out of lists.</summary>
    public bool IsHidden { get; init; }

    /// <summary>The worst of the health reports; healthy without any; null unless it runs.</summary>
    public HealthStatus? HealthStatus
    {
        get
        {
            if (State?.Text != KnownResourceStates.Running)
            {
                return null;
            }

            return HealthReports.IsEmpty
                ? Microsoft.Extensions.Diagnostics.HealthChecks.HealthStatus.Healthy
                : HealthReports.Min(report => report.Status ?? Microsoft.Extensions.Diagnostics.HealthChecks.HealthStatus.Unhealthy);
        }
    }

    /// <summary>Ends when the subscribers of <see cref="ApplicationModel.ResourceReadyEvent"/> have; null before the resource is healthy.</summary>
    internal Task? Ready { get; init; }
}

/// <summary>A state, and how to show it.</summary>
public sealed record ResourceStateSnapshot(string Text, string? Style)
{
    /// <summary>A state that is shown like any text.</summary>
    public static implicit operator ResourceStateSnapshot?(string? s) => s is null ? null : new(s, Style: null);
}

/// <summary>A fact for display.</summary>
public sealed record ResourcePropertySnapshot(string Name, object? Value)
{
    /// <summary>Whether it must be masked.</summary>
    public bool IsSensitive { get; init; }
}

/// <summary>An environment variable; <paramref name="IsFromSpec"/> when the model asked for it.</summary>
public sealed record EnvironmentVariableSnapshot(string Name, string? Value, bool IsFromSpec);

/// <summary>An address; <paramref name="IsInternal"/> when it is for other resources only.</summary>
public sealed record UrlSnapshot(string? Name, string Url, bool IsInternal);

/// <summary>What a health check said; <paramref name="Status"/> is null before it ran.</summary>
public sealed record HealthReportSnapshot(string Name, HealthStatus? Status, string? Description, string? ExceptionText);

/// <summary>A link to another resource.</summary>
public sealed record RelationshipSnapshot(string ResourceName, string Type);
