using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Forge.PostResponse;

/// <summary>Releases a request's tasks when its context is disposed.</summary>
/// <remarks>
/// That is the one place where every server is done with a request: the response has been ended, the <c>OnCompleted</c> callbacks have run,
/// the request's duration has been measured and its activity stopped. An <c>OnCompleted</c> callback comes before the last two, and the next
/// request on an HTTP/1.1 connection waits for it.
/// </remarks>
internal sealed class ReleasingHttpContextFactory(IHttpContextFactory inner, TimeProvider time) : IHttpContextFactory
{
    public HttpContext Create(IFeatureCollection featureCollection) => inner.Create(featureCollection);

    public void Dispose(HttpContext httpContext)
    {
        var batch = httpContext.Features.Get<PostResponseBatch>();
        inner.Dispose(httpContext);
        batch?.Release(time.GetTimestamp());
    }
}
