namespace Aspire.Dashboard.Telemetry;

/// <summary>A named value of a resource, span, event, link, log or metric.</summary>
public readonly record struct TelemetryAttribute(string Key, AttributeValue Value);

/// <summary>Looking into attributes. They are few and kept in an array, which costs less than a dictionary for each span.</summary>
public static class TelemetryAttributes
{
    /// <summary>The value under a key; an empty one when there is none.</summary>
    public static AttributeValue Find(this TelemetryAttribute[] attributes, string key)
    {
        foreach (var attribute in attributes)
        {
            if (attribute.Key == key)
            {
                return attribute.Value;
            }
        }

        return default;
    }
}
