using System.Threading.RateLimiting;
using Forge.Api.RateLimiting;
using Microsoft.Extensions.Options;

namespace Forge.Api.Accounts;

/// <summary>Counts failed logins per account, known or not, and says when there were too many.</summary>
internal sealed class FailedLogins(IOptions<RateLimitOptions> limits) : IDisposable
{
    private readonly PartitionedRateLimiter<string> _limiter = PartitionedRateLimiter.Create<string, string>(account =>
        RateLimitPartition.GetFixedWindowLimiter(
            account,
            _ => new FixedWindowRateLimiterOptions { PermitLimit = limits.Value.FailedLogins, Window = limits.Value.FailedLoginWindow }));

    /// <summary>How long the account is shut, or null while it is open.</summary>
    public TimeSpan? FindRetryAfter(string account)
    {
        using var lease = _limiter.AttemptAcquire(account, permitCount: 0);
        if (lease.IsAcquired)
        {
            return null;
        }

        return lease.TryGetMetadata(MetadataName.RetryAfter, out var retryAfter) ? retryAfter : limits.Value.FailedLoginWindow;
    }

    public void Count(string account) => _limiter.AttemptAcquire(account).Dispose();

    public void Dispose() => _limiter.Dispose();
}
