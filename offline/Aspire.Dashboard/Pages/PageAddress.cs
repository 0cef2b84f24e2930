using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Extensions;

namespace Aspire.Dashboard.Pages;

/// <summary>The address of the page that is shown, with something else in its query.</summary>
internal static class PageAddress
{
    /// <summary>The same page with one field changed; null takes it out.</summary>
    public static string With(this HttpRequest request, string key, string? value)
    {
        var query = new QueryBuilder(request.Query.Where(field => field.Key != key).SelectMany(field => field.Value, (field, text) => KeyValuePair.Create(field.Key, text ?? "")));
        if (value is not null)
        {
            query.Add(key, value);
        }

        return request.Path + query.ToQueryString();
    }
}
