using System.Text.Json;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Mvc;

namespace Forge.Sandbox;

/// <summary>Every error as problem details; a body that cannot be read is told with the field at fault.</summary>
internal static class Problems
{
    public static void AddProblems(this WebApplicationBuilder builder)
    {
        builder.Services.AddValidation();
        // The fields at fault are the keys of a dictionary; they are called as they are in the body.
        builder.Services.ConfigureHttpJsonOptions(json => json.SerializerOptions.DictionaryKeyPolicy = JsonNamingPolicy.CamelCase);
        builder.Services.AddProblemDetails();
        builder.Services.AddExceptionHandler<BadRequestHandler>();
        builder.Services.Configure<RouteHandlerOptions>(options => options.ThrowOnBadRequest = true);
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Limits.MaxRequestBodySize = 64 * 1024);
    }

    private sealed class BadRequestHandler(IProblemDetailsService problems) : IExceptionHandler
    {
        public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
        {
            if (exception is not BadHttpRequestException badRequest)
            {
                return false;
            }

            httpContext.Response.StatusCode = badRequest.StatusCode;
            var problem = exception.InnerException is JsonException { Path: ['$', '.', .. var field] }
                ? new HttpValidationProblemDetails { Errors = { [field] = ["The JSON cannot be read here."] } }
                : new ProblemDetails { Detail = exception.Message };
            problem.Status = badRequest.StatusCode;
            return await problems.TryWriteAsync(new ProblemDetailsContext { HttpContext = httpContext, ProblemDetails = problem });
        }
    }
}
