using System.Security.Claims;
using Forge.Api.Accounts;
using Forge.Jobs;

namespace Forge.Api.Jobs;

/// <summary>Whose jobs a caller sees: the own ones or, for an administrator, all.</summary>
internal static class JobOwner
{
    /// <summary>The owner of what the caller enqueues.</summary>
    public static string ToJobOwner(this ClaimsPrincipal caller) => caller.GetUserId().ToString();

    /// <summary>What the caller's lists are restricted to; null for all.</summary>
    public static string? ToJobFilter(this ClaimsPrincipal caller) => caller.IsAdmin() ? null : caller.ToJobOwner();

    public static bool MaySee(this ClaimsPrincipal caller, JobDetails job) => caller.IsAdmin() || job.Owner == caller.ToJobOwner();

    public static bool MaySee(this ClaimsPrincipal caller, JobSchedule schedule) => caller.IsAdmin() || schedule.Owner == caller.ToJobOwner();
}
