using System.Security.Claims;
using Forge.Jobs;

namespace Forge.Api.Jobs;

internal static class JobReaderExtensions
{
    /// <summary>The job, or null when there is none that the caller may see.</summary>
    public static async Task<JobDetails?> FindVisibleAsync(this JobReader reader, Guid id, ClaimsPrincipal caller, CancellationToken cancellationToken) =>
        await reader.FindAsync(id, cancellationToken) is { } job && caller.MaySee(job) ? job : null;
}
