using System.ComponentModel.DataAnnotations;
using System.Reflection;
using System.Text.Json;

namespace Forge.Jobs;

/// <summary>Data annotations of a payload, on its properties and, for positional records, on the parameters of its constructor.</summary>
internal static class PayloadValidator
{
    public static IReadOnlyDictionary<string, string[]> Validate(object payload)
    {
        var errors = new List<ValidationResult>();
        var type = payload.GetType();
        var parameters = type.GetConstructors().SelectMany(constructor => constructor.GetParameters()).ToLookup(parameter => parameter.Name);
        foreach (var property in type.GetProperties().Where(property => property.GetIndexParameters().Length == 0))
        {
            var attributes = property.GetCustomAttributes<ValidationAttribute>()
                .Concat(parameters[property.Name].SelectMany(parameter => parameter.GetCustomAttributes<ValidationAttribute>()));
            var context = new ValidationContext(payload) { MemberName = property.Name, DisplayName = Name(property.Name) };
            Validator.TryValidateValue(property.GetValue(payload), context, errors, attributes);
        }

        if (errors.Count == 0 && payload is IValidatableObject self)
        {
            errors.AddRange(self.Validate(new ValidationContext(payload)));
        }

        return errors
            .SelectMany(error => error.MemberNames.DefaultIfEmpty(""), (error, member) => (Field: Name(member), Message: error.ErrorMessage ?? "is not valid"))
            .GroupBy(error => error.Field, error => error.Message, StringComparer.Ordinal)
            .ToDictionary(group => group.Key, group => group.ToArray(), StringComparer.Ordinal);
    }

    private static string Name(string member) => JsonNamingPolicy.CamelCase.ConvertName(member);
}
