using System.Globalization;
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
        // The name of a command may contain slashes: that of an HTTP command is made of its path.
        api.MapPost("/{id}/commands/{**name}", ExecuteAsync).RequireAntiforgery();
        // A POST, so that no link and no picture of another site makes a browser fetch a secret.
        api.MapPost("/{id}/environment/{**name}", (ResourceBoard board, HttpContext context, string id, string name) => Reveal(board, context, id, entry => entry.RevealVariable(name), name)).RequireAntiforgery();
        api.MapPost("/{id}/properties/{**name}", (ResourceBoard board, HttpContext context, string id, string name) => Reveal(board, context, id, entry => entry.RevealProperty(name), name)).RequireAntiforgery();
        api.MapGet("/{id}/console", Console);
        api.MapGet("/{id}/console.log", (ResourceBoard board, ResourceLoggerService logs, string id, bool timestamps = false) =>
            board.Find(id) is { } entry ? ConsoleDownload.Create(entry, logs, timestamps) : NotFound(id));
    }

    private static IResult Get(ResourceBoard board, string id) => board.Find(id) is { } entry ? TypedResults.Ok(ResourceJson.From(entry)) : NotFound(id);

    private static async Task<IResult> ExecuteAsync(ResourceBoard board, ResourceCommandService commands, IHostApplicationLifetime lifetime, string id, string name)
    {
        if (board.Find(id) is not { } entry)
        {
            return NotFound(id);
        }

        if (!entry.Commands.Any(command => command.Name == name && command.State == ResourceCommandState.Enabled))
        {
            return TypedResults.Problem(statusCode: StatusCodes.Status409Conflict, title: "Not now", detail: $"Resource '{id}' has no command '{name}' that it can carry out while it is '{entry.State}'.");
        }

        // Who asked may leave the page meanwhile: a restart that has stopped its resource must start it again.
        var result = await commands.ExecuteCommandAsync(entry.Id, name, lifetime.ApplicationStopping);
        return TypedResults.Ok(new { success = result.Success, canceled = result.Canceled, message = result.Message });
    }

    private static IResult Reveal(ResourceBoard board, HttpContext context, string id, Func<BoardEntry, string?> reveal, string name)
    {
        if (board.Find(id) is not { } entry)
        {
            return NotFound(id);
        }

        context.Response.Headers.CacheControl = "no-store";
        return reveal(entry) is { } value
            ? TypedResults.Ok(new { value })
            : TypedResults.Problem(statusCode: StatusCodes.Status404NotFound, title: "Value not found", detail: $"Resource '{id}' has no value '{name}'.");
    }

    private static IResult Console(ResourceBoard board, ResourceLoggerService logs, IHostApplicationLifetime lifetime, HttpContext context, string id, int after = 0)
    {
        if (board.Find(id) is not { } entry)
        {
            return NotFound(id);
        }

        var last = int.TryParse(context.Request.Headers["Last-Event-ID"], NumberStyles.None, CultureInfo.InvariantCulture, out var seen) ? seen : after;
        return TypedResults.ServerSentEvents(ConsoleLines.WatchAsync(logs, entry.Id, last).UntilCancelled(lifetime.ApplicationStopping, context.RequestAborted));
    }

    private static ProblemHttpResult NotFound(string id) =>
        TypedResults.Problem(statusCode: StatusCodes.Status404NotFound, title: "Resource not found", detail: $"There is no resource '{id}'.");
}
