namespace Forge.PostResponse;

/// <summary>What it costs when a piece of work is lost.</summary>
public enum LossImpact
{
    /// <summary>Nobody is harmed: a welcome mail, an audit line, a counter. Either lane may carry it.</summary>
    Tolerable,

    /// <summary>Money, an order, a document. Only a durable lane may carry it.</summary>
    Business,
}
