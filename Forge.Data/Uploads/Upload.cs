namespace Forge.Data.Uploads;

/// <summary>A file that a user sent for a job to work on.</summary>
public sealed record Upload(Guid Id, Guid UserId, Guid JobId, long Length);
