using System.Security.Claims;
using System.Text.Json;
using Forge.Jobs;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Forge.Api.Jobs;

internal static class JobResultEndpoint
{
    public static async Task<Results<Ok<JsonElement>, FileStreamHttpResult, NoContent, ProblemHttpResult>> GetResult(
        Guid id, JobReader reader, ClaimsPrincipal caller, HttpResponse response, CancellationToken cancellationToken)
    {
        if (await reader.FindVisibleAsync(id, caller, cancellationToken) is null)
        {
            return JobProblems.NotFound();
        }

        switch (await reader.OpenResultAsync(id, cancellationToken))
        {
            case JobResult.Json(var value):
                return TypedResults.Ok(value);
            case JobResult.File(var file):
                // A promise: when the job is deleted while its file is read, reading throws and the connection is aborted, so nobody takes a part for the whole.
                response.ContentLength = file.Length;
                return TypedResults.Stream(file.Content, file.ContentType, file.FileName);
            case JobResult.Empty:
                return TypedResults.NoContent();
            case JobResult.NotCompleted(var state):
                return JobProblems.WrongState(state, "Only a completed job has a result.");
            default:
                return JobProblems.NotFound();
        }
    }
}
