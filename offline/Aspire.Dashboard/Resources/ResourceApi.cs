using Aspire.Dashboard.Access;
using Aspire.Dashboard.Live;
using Aspire.Hosting.ApplicationModel;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Hosting;

namespace Aspire.Dashboard.Resources;

/// <summary>The application's parts for the pages and for scripts.</summary>
internal static class ResourceApi
{
    public static void MapResourceApi(this IEndpointRouteBuilder endpoints)
    {
        var api = endpoints.MapGroup("/api/resources");
        api.MapGet("", (ResourceBoard board) => TypedResults.Ok(board.All.Select(ResourceJson.From)));
        api.MapGet("/{id}", (ResourceBoard board, string id) => Get(board, id));
        api.MapPost("/{id}/commands/{name}", ExecuteAsync).RequireAntiforgery();
        api.MapGet("/{id}/console", Console);
    }

    private static IResult Get(ResourceBoard board, string id) => board.Find(id) is { } entry ? TypedResults.Ok(ResourceJson.From(entry)) : NotFound(id);

    private static async Task<IResult> ExecuteAsync(ResourceBoard board, ResourceCommandService commands, string id, string name, CancellationToken cancellationToken)
    {
        if (board.Find(id) is not { } entry)
        {
            return NotFound(id);
        }

        if (!entry.Commands.Any(command => command.Name == name && command.State == ResourceCommandState.Enabled))
        {
            return TypedResults.Problem(statusCode: StatusCodes.Status409Conflict, title: "Not now", detail: $"Resource '{id}' has no command '{name}' that it can carry out while it is '{entry.State}'.");
        }

        var result = await commands.ExecuteCommandAsync(entry.Id, name, cancellationToken);
        return TypedResults.Ok(new { success = result.Success, message = result.Message });
    }

    private static IResult Console(ResourceBoard board, ResourceLoggerService logs, IHostApplicationLifetime lifetime, HttpContext context, string id) =>
        board.Find(id) is { } entry
            ? TypedResults.ServerSentEvents(ConsoleLines.WatchAsync(logs, entry.Id).UntilCancelled(lifetime.ApplicationStopping, context.RequestAborted), eventType: "lines")
            : NotFound(id);

    private static ProblemHttpResult NotFound(string id) =>
        TypedResults.Problem(statusCode: StatusCodes.Status404NotFound, title: "Resource not found", detail: $"There is no resource '{id}'.");
}
