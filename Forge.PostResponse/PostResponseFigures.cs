namespace Forge.PostResponse;

/// <summary>Figures of the post-response lane, in tasks.</summary>
/// <param name="Waiting">Accepted and not started.</param>
/// <param name="Running">Running now.</param>
/// <param name="Completed">Ran to their end without failing, since the process started.</param>
/// <param name="Failures">Failed, since the process started.</param>
/// <param name="HandedOver">Handed over to a durable place at a stop.</param>
/// <param name="Lost">Accepted and never run to an end: left over at a stop, or skipped after a failure.</param>
/// <param name="Rejected">Not accepted: no room, or more than one request may add.</param>
public sealed record PostResponseFigures(long Waiting, long Running, long Completed, long Failures, long HandedOver, long Lost, long Rejected);
