using Aspire.Hosting.ApplicationModel;
using Forge.Hosting.Watching;
using Microsoft.Extensions.Logging;

namespace Forge.Hosting.Postgres;

/// <summary>Gives each database the state of its server, as Aspire does for the children of containers.</summary>
internal sealed partial class DatabaseStates(ResourceNotificationService notifications, ILogger<DatabaseStates> logger) : IResourceObserver
{
    private Task _published = Task.CompletedTask;

    public void Observe(ResourceEvent change)
    {
        if (change.Resource is NativePostgresResource server)
        {
            _published = PublishAfterAsync(_published, server, change.Snapshot);
        }
    }

    private async Task PublishAfterAsync(Task previous, NativePostgresResource server, CustomResourceSnapshot snapshot)
    {
        await previous;
        try
        {
            foreach (var database in server.Databases)
            {
                await notifications.PublishUpdateAsync(database, state => state with
                {
                    State = snapshot.State,
                    StartTimeStamp = snapshot.StartTimeStamp,
                    StopTimeStamp = snapshot.StopTimeStamp,
                });
            }
        }
        catch (Exception exception)
        {
            LogNotPublished(exception, server.Name);
        }
    }

    [LoggerMessage(LogLevel.Warning, "The databases of {Server} could not be given its state.")]
    private partial void LogNotPublished(Exception exception, string server);
}
