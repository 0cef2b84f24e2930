using System.Security.Claims;
using Forge.Contracts;
using Forge.Jobs;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Forge.Api.Jobs;

internal static class DeadLetterEndpoints
{
    public static void MapDeadLetters(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/dead-letters", ListDeadLetters)
            .WithTags("Jobs")
            .RequireAuthorization()
            .WithSummary("List the dead letters in groups of one kind and alike errors, the largest first: yours or, for administrators, all");

    private static async Task<Ok<DeadLettersResponse>> ListDeadLetters(DeadLetters letters, ClaimsPrincipal caller, CancellationToken cancellationToken)
    {
        var summary = await letters.GroupAsync(caller.ToJobFilter(), cancellationToken);
        return TypedResults.Ok(new DeadLettersResponse([.. summary.Groups.Select(group => group.ToResponse())], Next: null, summary.IsComplete));
    }
}
