using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Forge.Sandbox.Inbox;

/// <summary>
/// Renders components to HTML, once per request. RazorComponentResult would do it too, but what it needs registered
/// brings data protection, which writes keys to the disk; the sandbox leaves nothing behind.
/// </summary>
internal sealed class HtmlPages(IServiceProvider services, ILoggerFactory loggerFactory)
{
    public async Task<ContentHttpResult> RenderAsync<TComponent>(Dictionary<string, object?> parameters)
        where TComponent : IComponent
    {
        await using var renderer = new HtmlRenderer(services, loggerFactory);
        var html = await renderer.Dispatcher.InvokeAsync(async () =>
        {
            var page = await renderer.RenderComponentAsync<TComponent>(ParameterView.FromDictionary(parameters));
            return page.ToHtmlString();
        });
        return TypedResults.Content(html, "text/html; charset=utf-8");
    }
}
