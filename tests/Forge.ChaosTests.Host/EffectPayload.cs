namespace Forge.ChaosTests.Host;

/// <param name="Milliseconds">How long the work takes.</param>
public sealed record EffectPayload(int Milliseconds);

/// <summary>The two ways in which a handler can have an effect.</summary>
public static class EffectKinds
{
    /// <summary>The effect commits together with the completion: it happens exactly once.</summary>
    public const string Transactional = "chaos.transactional";

    /// <summary>The effect commits by itself: it happens at least once.</summary>
    public const string Outside = "chaos.outside";

    /// <summary>No effect: the handler ends its process.</summary>
    public const string Killer = "chaos.killer";
}
