using System.Collections.Concurrent;

namespace Forge.Sandbox.Faults;

/// <summary>The faults that are switched on now.</summary>
internal sealed class FaultBoard
{
    private readonly ConcurrentDictionary<FaultTarget, Fault> _faults = new();

    public Fault this[FaultTarget target] => _faults.GetValueOrDefault(target, Fault.None);

    public IReadOnlyDictionary<FaultTarget, Fault> Active => _faults;

    public void Set(FaultTarget target, Fault fault) => _faults[target] = fault;

    public void Clear(FaultTarget target) => _faults.TryRemove(target, out _);

    public void Clear() => _faults.Clear();
}
