using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Forge.Sandbox.Faults;

internal static class FaultEndpoints
{
    public static void AddFaults(this WebApplicationBuilder builder)
    {
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.AddSingleton<FaultBoard>();
    }

    public static void MapFaults(this IEndpointRouteBuilder routes)
    {
        var faults = routes.MapGroup("/faults").WithPlainRouteNames();
        faults.MapGet("/", ListFaults);
        faults.MapPut("/{target}", SetFault);
        faults.MapDelete("/", ClearFaults);
        faults.MapDelete("/{target}", ClearFault);
    }

    private static Ok<Dictionary<string, Fault>> ListFaults(FaultBoard board) =>
        TypedResults.Ok(board.Active.ToDictionary(fault => NameOf(fault.Key), fault => fault.Value));

    private static Results<Ok<Fault>, ProblemHttpResult> SetFault(string target, [FromBody] Fault fault, FaultBoard board)
    {
        if (!TryParse(target, out var parsed))
        {
            return NoSuchTarget(target);
        }

        board.Set(parsed, fault);
        return TypedResults.Ok(fault);
    }

    private static NoContent ClearFaults(FaultBoard board)
    {
        board.Clear();
        return TypedResults.NoContent();
    }

    private static Results<NoContent, ProblemHttpResult> ClearFault(string target, FaultBoard board)
    {
        if (!TryParse(target, out var parsed))
        {
            return NoSuchTarget(target);
        }

        board.Clear(parsed);
        return TypedResults.NoContent();
    }

    internal static string NameOf(FaultTarget target) => target.ToString().ToLowerInvariant();

    // Not Enum.TryParse alone: that takes numbers too.
    private static bool TryParse(string name, out FaultTarget target) =>
        Enum.TryParse(name, ignoreCase: true, out target) && NameOf(target).Equals(name, StringComparison.OrdinalIgnoreCase);

    private static ProblemHttpResult NoSuchTarget(string target) => TypedResults.Problem(
        $"There is no \"{target}\" to set a fault for. There are: {string.Join(", ", Enum.GetValues<FaultTarget>().Select(NameOf))}.",
        statusCode: StatusCodes.Status404NotFound);
}
