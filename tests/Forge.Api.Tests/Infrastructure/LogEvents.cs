namespace Forge.Api.Tests.Infrastructure;

/// <summary>Log events by name, in the order in which they came.</summary>
internal static class LogEvents
{
    public static string[] Of(ApiFactory api, Guid userId) =>
        [.. api.Logs.GetSnapshot()
            .Where(record => record.GetStructuredStateValue("UserId") == userId.ToString() && record.Id.Name?.Contains('_', StringComparison.Ordinal) == true)
            .Select(record => record.Id.Name!)];

    public static async Task WaitForAsync(ApiFactory api, string name, Guid userId, TimeSpan timeout)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(timeout);
        await foreach (var record in api.Logs.GetLogsAsync(limit.Token))
        {
            if (record.Id.Name == name && record.GetStructuredStateValue("UserId") == userId.ToString())
            {
                return;
            }
        }
    }
}
