using Forge.Api.CpuLane;
using Microsoft.AspNetCore.Identity;

namespace Forge.Api.Accounts;

/// <summary>Hashes and verifies passwords on the CPU lane.</summary>
internal sealed class Passwords(IPasswordHasher<User> hasher, CpuLaneThreads cpuLane, FailedLogins failedLogins)
{
    private static readonly User Nobody = new(Guid.Empty, "", "", null, false, default);

    // What an unknown account's password is compared with, so that its answer takes as long as any other.
    private readonly Lazy<string> _nobodysHash = new(() => hasher.HashPassword(Nobody, Guid.NewGuid().ToString()));

    public Task<string> HashAsync(string password, CancellationToken cancellationToken) =>
        cpuLane.RunAsync(() => hasher.HashPassword(Nobody, password), cancellationToken);

    public Task<bool> VerifyAsync(User? user, string password, CancellationToken cancellationToken) =>
        cpuLane.RunAsync(() => Verify(user, password), cancellationToken);

    /// <summary>Verifies the password of <paramref name="user"/>, or spends the same time on an unknown one, unless the account failed too often.</summary>
    /// <remarks>Looking and counting happen where the lane runs, so that attempts sent side by side cannot all slip in before the first is counted.</remarks>
    public Task<LoginResult> SignInAsync(string account, User? user, string password, CancellationToken cancellationToken) =>
        cpuLane.RunAsync<LoginResult>(
            () =>
            {
                if (failedLogins.FindRetryAfter(account) is { } retryAfter)
                {
                    return new LoginResult.TooManyFailures(retryAfter);
                }

                if (Verify(user, password))
                {
                    return new LoginResult.SignedIn(user!);
                }

                failedLogins.Count(account);
                return new LoginResult.Rejected();
            },
            cancellationToken);

    private bool Verify(User? user, string password)
    {
        var hash = user?.PasswordHash ?? _nobodysHash.Value;
        return hasher.VerifyHashedPassword(user ?? Nobody, hash, password) != PasswordVerificationResult.Failed && user?.PasswordHash is not null;
    }
}
