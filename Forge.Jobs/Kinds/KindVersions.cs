using Npgsql;

namespace Forge.Jobs;

/// <summary>Which versions of which kinds can be read, as the parameters that the statements take.</summary>
internal sealed class KindVersions
{
    private readonly string[] _kinds;
    private readonly int[] _lowest;
    private readonly int[] _highest;

    public KindVersions(IReadOnlyCollection<JobKind> kinds)
    {
        _kinds = [.. kinds.Select(kind => kind.Name)];
        _lowest = [.. kinds.Select(kind => kind.LowestVersion)];
        _highest = [.. kinds.Select(kind => kind.Options.Version)];
    }

    public void AddTo(NpgsqlCommand command)
    {
        command.Parameters.Add(new("kinds", _kinds));
        command.Parameters.Add(new("lowest_versions", _lowest));
        command.Parameters.Add(new("versions", _highest));
    }
}
