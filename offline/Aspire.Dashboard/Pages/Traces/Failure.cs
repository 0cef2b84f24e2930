using Aspire.Dashboard.Telemetry;

namespace Aspire.Dashboard.Pages.Traces;

/// <summary>What a failed span says about its failure.</summary>
internal static class Failure
{
    /// <summary>Type and message, as far as they were given; null for a span that did not fail.</summary>
    public static string? Of(TelemetrySpan span)
    {
        if (span.Status != SpanStatus.Error)
        {
            return null;
        }

        var exception = span.Events.LastOrDefault(happened => happened.Name == "exception")?.Attributes ?? [];
        var type = FirstText(exception.Find(ExceptionAttributes.Type), span.Attributes.Find("error.type"));
        var message = FirstText(AttributeValue.Of(span.StatusMessage), exception.Find(ExceptionAttributes.Message));
        return (type, message) switch
        {
            ("", "") => "Failed, and did not say why",
            ("", _) => message,
            (_, "") => type,
            _ => message.Contains(type, StringComparison.Ordinal) ? message : $"{type}: {message}",
        };
    }

    private static string FirstText(AttributeValue first, AttributeValue second) =>
        first.ToString() is { Length: > 0 } text ? text : second.ToString();
}
