using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace Forge.PostResponse;

/// <summary>
/// Puts one middleware outside all others. It confirms a request's tasks only when the whole pipeline has returned: what threw never gets
/// there, and what an exception handler answered says so in a feature.
/// </summary>
/// <remarks>
/// Whether the client is still there is asked here and not when the request is disposed, because a client that has everything may hang up
/// at once: here the server has not ended the response yet.
/// </remarks>
internal sealed class PostResponseStartupFilter : IStartupFilter
{
    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        app.Use(pipeline => context => ConfirmWhenAnsweredAsync(pipeline, context));
        next(app);
    };

    private static async Task ConfirmWhenAnsweredAsync(RequestDelegate pipeline, HttpContext context)
    {
        await pipeline(context);
        if (context.Features.Get<PostResponseBatch>() is { } batch
            && !context.RequestAborted.IsCancellationRequested
            && context.Features.Get<IExceptionHandlerFeature>() is null)
        {
            batch.Confirm();
        }
    }
}
