using System.Security.Cryptography;
using System.Text;

namespace Forge.Api.Accounts;

internal sealed record User(Guid Id, string Email, string Username, string? PasswordHash, bool IsAdmin, DateTimeOffset CreatedAt)
{
    /// <summary>Changes with the password, so that a refresh token from before is refused.</summary>
    public string Stamp => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(PasswordHash ?? ""))[..8]);
}
