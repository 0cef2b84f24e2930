namespace Forge.PostResponse;

/// <summary>Says what it costs when a piece of work is lost, and thereby which lane may carry it.</summary>
/// <param name="impact">What a loss costs.</param>
[AttributeUsage(AttributeTargets.Class)]
public sealed class LossAttribute(LossImpact impact) : Attribute
{
    /// <summary>What a loss costs.</summary>
    public LossImpact Impact { get; } = impact;
}
