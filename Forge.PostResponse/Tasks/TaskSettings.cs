namespace Forge.PostResponse;

/// <summary>The settings under which one task runs, after its own options and the lane's defaults were put together.</summary>
internal sealed record TaskSettings(TimeSpan Timeout, AfterFailure AfterFailure);
