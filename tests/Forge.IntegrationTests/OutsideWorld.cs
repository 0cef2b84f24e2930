namespace Forge.IntegrationTests;

/// <summary>The tests that put faults on the sandbox or kill processes: one after the other.</summary>
[CollectionDefinition(nameof(OutsideWorld), DisableParallelization = true)]
public sealed class OutsideWorld;
