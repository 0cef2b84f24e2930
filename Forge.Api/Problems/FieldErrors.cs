using Microsoft.AspNetCore.Http.HttpResults;

namespace Forge.Api.Problems;

/// <summary>What is wrong with a request, field by field, under the names the caller used.</summary>
internal sealed class FieldErrors
{
    private readonly Dictionary<string, string[]> _errors = [];

    public bool Any => _errors.Count > 0;

    public static ValidationProblem Problem(string field, string message)
    {
        var errors = new FieldErrors();
        errors.Add(field, message);
        return errors.ToProblem();
    }

    public void Add(string field, string? message)
    {
        if (message is not null)
        {
            _errors[field] = [.. _errors.GetValueOrDefault(field, []), message];
        }
    }

    public FieldErrors Add(IReadOnlyDictionary<string, string[]> errors)
    {
        foreach (var (field, messages) in errors)
        {
            Array.ForEach(messages, message => Add(field, message));
        }

        return this;
    }

    public ValidationProblem ToProblem() =>
        TypedResults.ValidationProblem(_errors, detail: "Correct the fields named in 'errors' and send the request again.");
}
