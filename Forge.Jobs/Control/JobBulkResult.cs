namespace Forge.Jobs;

/// <summary>How far a bulk operation came.</summary>
/// <param name="Matched">How many jobs the filter found to which the action applies.</param>
/// <param name="Changed">How many of them were changed; none by a preview. Others changed their state in the meantime, or another live job holds their unique key.</param>
/// <param name="Next">Null when the operation has seen all jobs; else what to pass as <c>after</c> to go on.</param>
public sealed record JobBulkResult(long Matched, long Changed, string? Next);
