using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Forge.Hosting.Processes;
using Forge.Hosting.Watching;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Forge.Hosting.Data;

/// <summary>What all native servers have in common: a data folder, and a command line that is known only when the server starts.</summary>
internal static partial class NativeServerBuilderExtensions
{
    /// <summary>Calls <paramref name="prepare"/> at every start of the server, and starts what it returns.</summary>
    /// <param name="server">The server.</param>
    /// <param name="folders">Where the data lies, and whose it is.</param>
    /// <param name="prepare">Makes the data folder ready. Its exceptions go into the server's own log and make the start fail.</param>
    public static IResourceBuilder<T> WithPreparedCommand<T>(
        this IResourceBuilder<T> server, DataFolders folders, Func<NativeServerStart, CancellationToken, Task<ProgramCall>> prepare)
        where T : ExecutableResource
    {
        server.ApplicationBuilder.Services.AddResourceObserver<TemporaryFolders>();
        IReadOnlyList<string> arguments = [];
        return server
            .OnBeforeResourceStarted(async (resource, starting, cancellationToken) =>
            {
                var logger = starting.Services.GetRequiredService<ResourceLoggerService>().GetLogger(resource);
                try
                {
                    var kept = resource.TryGetLastAnnotation<DataFolderAnnotation>(out var annotation) ? annotation.Path : null;
                    var folder = kept ?? starting.Services.GetRequiredService<TemporaryFolders>().For(resource.Name, folders);
                    var call = (await prepare(new NativeServerStart(folder, IsThrownAway: kept is null, logger), cancellationToken)).WithUserInCommand();
                    arguments = call.Arguments;
                    server.WithCommand(call.FileName).WithWorkingDirectory(folder);
                }
                catch (Exception exception) when (exception is not OperationCanceledException)
                {
                    logger.LogServerNotPrepared(exception.Message);
                    throw;
                }
            })
            .WithArgs(context =>
            {
                foreach (var argument in arguments)
                {
                    context.Args.Add(argument);
                }
            });
    }

    [LoggerMessage(LogLevel.Error, "{Reason}")]
    private static partial void LogServerNotPrepared(this ILogger logger, string reason);

    /// <summary>Keeps the data in that folder, or in one that is named after the AppHost and the resource.</summary>
    public static IResourceBuilder<T> KeepData<T>(this IResourceBuilder<T> server, string? path)
        where T : ExecutableResource
    {
        var appHost = server.ApplicationBuilder.AppHostDirectory;
        var folder = path is null ? DataFolders.Kept(appHost, server.Resource.Name) : Path.GetFullPath(path, appHost);
        return server.WithAnnotation(new DataFolderAnnotation(folder), ResourceAnnotationMutationBehavior.Replace);
    }
}

/// <param name="Folder">Where the data lies.</param>
/// <param name="IsThrownAway">Whether the folder is deleted when the AppHost ends.</param>
/// <param name="Logger">The server's own log.</param>
internal sealed record NativeServerStart(string Folder, bool IsThrownAway, ILogger Logger);
