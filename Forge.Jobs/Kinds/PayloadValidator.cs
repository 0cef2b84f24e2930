using System.Collections;
using System.ComponentModel.DataAnnotations;
using System.Reflection;
using System.Text.Json;

namespace Forge.Jobs;

/// <summary>Data annotations of a payload and of everything in it, on properties and, for positional records, on the parameters of the constructor.</summary>
internal static class PayloadValidator
{
    /// <summary>Errors by field, named as in JSON: <c>lines[0].quantity</c>.</summary>
    public static IReadOnlyDictionary<string, string[]> Validate(object payload) =>
        Find(payload, "")
            .GroupBy(error => error.Field, error => error.Message, StringComparer.Ordinal)
            .ToDictionary(group => group.Key, group => group.ToArray(), StringComparer.Ordinal);

    private static IEnumerable<(string Field, string Message)> Find(object value, string path)
    {
        if (value is IDictionary entries)
        {
            return entries.Keys.Cast<object>().SelectMany(key => FindIn(entries[key], $"{path}[{key}]"));
        }

        if (value is IEnumerable items)
        {
            return items.Cast<object?>().SelectMany((item, index) => FindIn(item, $"{path}[{index}]"));
        }

        var type = value.GetType();
        var parameters = type.GetConstructors().SelectMany(constructor => constructor.GetParameters()).ToLookup(parameter => parameter.Name);
        var properties = type.GetProperties().Where(property => property.CanRead && property.GetIndexParameters().Length == 0).ToList();
        var own = properties.SelectMany(property => Check(value, property, parameters[property.Name])).ToList();
        if (own.Count == 0 && value is IValidatableObject self)
        {
            own.AddRange(self.Validate(new ValidationContext(value)));
        }

        return own
            .SelectMany(error => error.MemberNames.DefaultIfEmpty(""), (error, member) => (Join(path, member), error.ErrorMessage ?? "is not valid"))
            // What is computed is no part of what was sent.
            .Concat(properties
                .Where(property => property.CanWrite || parameters.Contains(property.Name))
                .SelectMany(property => FindIn(property.GetValue(value), Join(path, property.Name))));
    }

    /// <summary>The errors inside a value that may hold others: not a text, a number or anything else that the framework defines, but for its collections.</summary>
    private static IEnumerable<(string Field, string Message)> FindIn(object? value, string path) =>
        value is null or string || (value is not IEnumerable && IsOfTheFramework(value.GetType())) || value is JsonElement
            ? []
            : Find(value, path);

    private static bool IsOfTheFramework(Type type) =>
        type.IsPrimitive || type.IsEnum || type.Namespace is "System" || type.Namespace?.StartsWith("System.", StringComparison.Ordinal) is true;

    private static List<ValidationResult> Check(object owner, PropertyInfo property, IEnumerable<ParameterInfo> parameters)
    {
        var attributes = property.GetCustomAttributes<ValidationAttribute>()
            .Concat(parameters.SelectMany(parameter => parameter.GetCustomAttributes<ValidationAttribute>()));
        var context = new ValidationContext(owner) { MemberName = property.Name, DisplayName = Name(property.Name) };
        var errors = new List<ValidationResult>();
        Validator.TryValidateValue(property.GetValue(owner), context, errors, attributes);
        return errors;
    }

    private static string Join(string path, string member) => (path, member) switch
    {
        ("", _) => Name(member),
        (_, "") => path,
        _ => $"{path}.{Name(member)}",
    };

    private static string Name(string member) => JsonNamingPolicy.CamelCase.ConvertName(member);
}
