using Microsoft.Extensions.Logging;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>Carries out commands.</summary>
public partial class ResourceCommandService
{
    private readonly ResourceNotificationService _notifications;
    private readonly ResourceLoggerService _logs;
    private readonly IServiceProvider _services;

    internal ResourceCommandService(ResourceNotificationService notifications, ResourceLoggerService logs, IServiceProvider services)
    {
        _notifications = notifications;
        _logs = logs;
        _services = services;
    }

    /// <summary>Carries out a command on one process, by its id or by the name of a resource that has only one.</summary>
    /// <returns>Whether it worked; a command that fails does not throw.</returns>
    public async Task<ExecuteCommandResult> ExecuteCommandAsync(string resourceId, string commandName, CancellationToken cancellationToken = default) =>
        _notifications.TryGetCurrentState(resourceId, out var state)
            ? await ExecuteAsync(state.Resource, state.ResourceId, commandName, cancellationToken)
            : CommandResults.Failure($"Resource '{resourceId}' not found.");

    /// <summary>Carries out a command on every process of a resource.</summary>
    /// <returns>Whether it worked; a command that fails does not throw.</returns>
    public async Task<ExecuteCommandResult> ExecuteCommandAsync(IResource resource, string commandName, CancellationToken cancellationToken = default)
    {
        var results = await Task.WhenAll(resource.GetResourceIds().Select(resourceId => ExecuteAsync(resource, resourceId, commandName, cancellationToken)));
        return results.FirstOrDefault(result => !result.Success) ?? results[0];
    }

    private async Task<ExecuteCommandResult> ExecuteAsync(IResource resource, string resourceId, string commandName, CancellationToken cancellationToken)
    {
        var command = resource.Annotations.OfType<ResourceCommandAnnotation>().FirstOrDefault(candidate => candidate.Name == commandName);
        if (command is null)
        {
            return CommandResults.Failure($"Resource '{resourceId}' has no command '{commandName}'.");
        }

        var logger = _logs.GetLogger(resourceId);
        try
        {
            return await command.ExecuteCommand(new ExecuteCommandContext
            {
                ServiceProvider = _services,
                ResourceName = resourceId,
                CancellationToken = cancellationToken,
                Logger = logger,
            });
        }
        catch (OperationCanceledException)
        {
            return CommandResults.Canceled();
        }
        catch (Exception exception)
        {
            CommandFailed(logger, commandName, exception);
            return CommandResults.Failure(exception);
        }
    }

    [LoggerMessage(1, LogLevel.Error, "Command '{CommandName}' failed.")]
    private static partial void CommandFailed(ILogger logger, string commandName, Exception exception);
}
