using Forge.Api.Accounts;
using Microsoft.AspNetCore.Identity;

namespace Forge.Api.Tests.Infrastructure;

/// <summary>Counts verifications, which is what a login's time is made of.</summary>
internal sealed class CountingPasswordHasher : IPasswordHasher<User>
{
    private readonly PasswordHasher<User> _hasher = new();
    private int _verifications;

    public int Verifications => _verifications;

    public string HashPassword(User user, string password) => _hasher.HashPassword(user, password);

    public PasswordVerificationResult VerifyHashedPassword(User user, string hashedPassword, string providedPassword)
    {
        Interlocked.Increment(ref _verifications);
        return _hasher.VerifyHashedPassword(user, hashedPassword, providedPassword);
    }
}
