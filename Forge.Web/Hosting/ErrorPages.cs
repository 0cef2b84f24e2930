using Forge.Web.Api;

namespace Forge.Web.Hosting;

internal static class ErrorPages
{
    private const string ErrorPath = "/error";

    /// <summary>Answers every failure with the error page, in words and with the status that fit it.</summary>
    public static IApplicationBuilder UseErrorPages(this IApplicationBuilder app) => app
        .UseExceptionHandler(new ExceptionHandlerOptions
        {
            ExceptionHandlingPath = ErrorPath,
            StatusCodeSelector = ApiFailure.StatusOf,
            // The error page logs those in one line that says what they are: not unhandled.
            SuppressDiagnosticsCallback = context => ApiFailure.IsFromApi(context.Exception),
        })
        .UseStatusCodePagesWithReExecute(ErrorPath);
}
