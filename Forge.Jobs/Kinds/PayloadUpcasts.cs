using System.Text.Json;
using System.Text.Json.Nodes;

namespace Forge.Jobs;

/// <summary>The steps that bring stored payloads of older versions forward, one version each.</summary>
internal sealed class PayloadUpcasts
{
    private readonly SortedDictionary<int, Action<JsonObject>> _steps = [];

    /// <summary>The version of the first step; null without any.</summary>
    public int? Lowest => _steps.Count > 0 ? _steps.Keys.First() : null;

    public void Add(int from, Action<JsonObject> change)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(from, 1);
        ArgumentNullException.ThrowIfNull(change);
        if (!_steps.TryAdd(from, change))
        {
            throw new ArgumentException($"There is a step from version {from} already.", nameof(from));
        }
    }

    /// <summary>Says what is wrong with the chain that must end at <paramref name="version"/>; null when nothing is.</summary>
    public string? FindGap(int version)
    {
        if (_steps.Keys.FirstOrDefault(from => from >= version) is var beyond and > 0)
        {
            return $"a version of at least {beyond + 1}, since it has a step from version {beyond}";
        }

        return Lowest is { } lowest && Enumerable.Range(lowest, version - lowest).FirstOrDefault(from => !_steps.ContainsKey(from)) is var missing and > 0
            ? $"a step from version {missing} to {missing + 1}: call {nameof(JobKindOptions.Upcast)}({missing}, …)"
            : null;
    }

    /// <exception cref="JsonException">The payload is no JSON object.</exception>
    public string Apply(string payload, int from, int to)
    {
        var json = JsonNode.Parse(payload) as JsonObject ?? throw new JsonException("Only a payload that is a JSON object can be brought forward.");
        for (var version = from; version < to; version++)
        {
            _steps[version](json);
        }

        return json.ToJsonString(JobJson.Stored);
    }
}
