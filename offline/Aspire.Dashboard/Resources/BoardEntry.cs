using Aspire.Hosting.ApplicationModel;

namespace Aspire.Dashboard.Resources;

/// <summary>A process, or a value, as the dashboard shows it: secrets are masked.</summary>
/// <param name="id">The process's id: the resource's name, with a number where there are replicas.</param>
/// <param name="name">The resource's name.</param>
/// <param name="snapshot">What is known about it. Its environment and properties hold secrets: use those of this class.</param>
/// <param name="mask">Hides the secrets.</param>
public sealed class BoardEntry(string id, string name, CustomResourceSnapshot snapshot, SecretMask mask)
{
    /// <summary>The process's id.</summary>
    public string Id { get; } = id;

    /// <summary>The resource's name.</summary>
    public string Name { get; } = name;

    /// <summary>What kind of resource it is.</summary>
    public string Type { get; } = snapshot.ResourceType;

    /// <summary>Its state, one of <see cref="KnownResourceStates"/>; null before the first.</summary>
    public string? State { get; } = snapshot.State?.Text;

    /// <summary>How the state is shown, one of <see cref="KnownResourceStateStyles"/>.</summary>
    public string? StateStyle { get; } = snapshot.State?.Style;

    /// <summary>The worst of its health reports; null unless it runs.</summary>
    public string? Health { get; } = snapshot.HealthStatus?.ToString();

    /// <summary>What each of its health checks last said.</summary>
    public IReadOnlyList<HealthReportSnapshot> HealthReports { get; } = snapshot.HealthReports;

    /// <summary>The exit code of the last process.</summary>
    public int? ExitCode { get; } = snapshot.ExitCode;

    /// <summary>When the last process was started (UTC).</summary>
    public DateTime? StartedAt { get; } = snapshot.StartTimeStamp;

    /// <summary>When the last process ended (UTC).</summary>
    public DateTime? StoppedAt { get; } = snapshot.StopTimeStamp;

    /// <summary>Where it is reached.</summary>
    public IReadOnlyList<UrlSnapshot> Urls { get; } = snapshot.Urls;

    /// <summary>What it is related to.</summary>
    public IReadOnlyList<RelationshipSnapshot> Relationships { get; } = snapshot.Relationships;

    /// <summary>What can be asked of it and is to be shown; those that cannot be asked for now are disabled.</summary>
    public IReadOnlyList<ResourceCommandSnapshot> Commands { get; } = [.. snapshot.Commands.Where(command => command.State != ResourceCommandState.Hidden)];

    /// <summary>Its environment.</summary>
    public IReadOnlyList<MaskedValue> Environment => [.. snapshot.EnvironmentVariables.Where(variable => variable.IsFromSpec).Select(variable => mask.Hide(variable.Name, variable.Value, isSecret: false))];

    /// <summary>Further facts, such as the process's id.</summary>
    public IReadOnlyList<MaskedValue> Properties => [.. snapshot.Properties.Select(property => mask.Hide(property.Name, SecretMask.TextOf(property.Value), property.IsSensitive))];

    /// <summary>An environment variable as it is, also a secret; null when there is none of that name.</summary>
    public string? RevealVariable(string variableName) => snapshot.EnvironmentVariables.FirstOrDefault(variable => variable.IsFromSpec && variable.Name == variableName)?.Value;

    /// <summary>A property as it is, also a secret; null when there is none of that name.</summary>
    public string? RevealProperty(string propertyName) => SecretMask.TextOf(snapshot.Properties.FirstOrDefault(property => property.Name == propertyName)?.Value);
}

/// <summary>A named value; null in <paramref name="Value"/> when it is a secret.</summary>
public sealed record MaskedValue(string Name, string? Value, bool IsMasked);
