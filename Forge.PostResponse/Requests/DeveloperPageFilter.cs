using Microsoft.AspNetCore.Diagnostics;

namespace Forge.PostResponse;

/// <summary>The developer exception page answers for a handler that threw and, unlike the exception handler, leaves no feature behind.</summary>
internal sealed class DeveloperPageFilter : IDeveloperPageExceptionFilter
{
    public Task HandleExceptionAsync(ErrorContext errorContext, Func<ErrorContext, Task> next)
    {
        errorContext.HttpContext.Features.Get<PostResponseBatch>()?.Refuse();
        return next(errorContext);
    }
}
