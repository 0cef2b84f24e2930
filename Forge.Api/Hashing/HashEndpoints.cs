using System.Security.Cryptography;
using System.Text;
using Forge.Api.CpuLane;
using Forge.Api.Lanes;
using Forge.Api.Problems;
using Forge.Api.RateLimiting;
using Forge.Contracts;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Forge.Api.Hashing;

internal static class HashEndpoints
{
    private const int Iterations = 100_000;
    private const int SaltBytes = 16;
    private const int HashBytes = 32;
    private const int MaxPasswordLength = 1024;

    public static void MapHashing(this IEndpointRouteBuilder routes) =>
        routes.MapPost("/hash", HashPassword)
            .WithTags("Request lane")
            .InLane(Lane.Request)
            .WithSummary("Hash a password with PBKDF2-SHA256, on threads that serve nothing else")
            .ProducesProblem(StatusCodes.Status503ServiceUnavailable)
            .AllowAnonymous()
            .RequireAnonymousRateLimit();

    private static async Task<Results<Ok<HashResponse>, ValidationProblem>> HashPassword(HashRequest request, CpuLaneThreads lane, CancellationToken cancellationToken)
    {
        if (request.Password is not { Length: > 0 and <= MaxPasswordLength } password)
        {
            return FieldErrors.Problem("password", $"Give a password of 1 to {MaxPasswordLength} characters.");
        }

        return TypedResults.Ok(await lane.RunAsync(() => Hash(password), cancellationToken));
    }

    private static HashResponse Hash(string password)
    {
        var salt = RandomNumberGenerator.GetBytes(SaltBytes);
        var hash = Rfc2898DeriveBytes.Pbkdf2(Encoding.UTF8.GetBytes(password), salt, Iterations, HashAlgorithmName.SHA256, HashBytes);
        return new HashResponse("PBKDF2-SHA256", Iterations, Convert.ToHexStringLower(salt), Convert.ToHexStringLower(hash));
    }
}
