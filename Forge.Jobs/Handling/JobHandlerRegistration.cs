using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;

namespace Forge.Jobs;

/// <summary>How to run jobs of one kind: reads the payload, and calls a new handler in the given scope.</summary>
internal abstract class JobHandlerRegistration(string kind)
{
    public string Kind { get; } = kind;

    /// <summary>Throws when <paramref name="payloadJson"/>, in the current version, does not fit the payload's type.</summary>
    public abstract JobContext CreateContext(ClaimedJob job, string payloadJson, RunningJobWriter writer, int maxResultBytes);

    public abstract Task HandleAsync(IServiceProvider services, JobContext context, CancellationToken cancellationToken);
}

internal sealed class JobHandlerRegistration<TPayload, THandler>(string kind) : JobHandlerRegistration(kind)
    where TPayload : notnull
    where THandler : class, IJobHandler<TPayload>
{
    private static readonly ObjectFactory<THandler> CreateHandler = ActivatorUtilities.CreateFactory<THandler>([]);

    public override JobContext CreateContext(ClaimedJob job, string payloadJson, RunningJobWriter writer, int maxResultBytes)
    {
        var payload = JsonSerializer.Deserialize<TPayload>(payloadJson, JobJson.Stored)
            ?? throw new JsonException("The payload is null.");
        return new JobContext<TPayload>(job, payload, writer, maxResultBytes);
    }

    public override async Task HandleAsync(IServiceProvider services, JobContext context, CancellationToken cancellationToken)
    {
        var handler = CreateHandler(services, null);
        try
        {
            await handler.HandleAsync((JobContext<TPayload>)context, cancellationToken);
        }
        finally
        {
            if (handler is IAsyncDisposable asyncDisposable)
            {
                await asyncDisposable.DisposeAsync();
            }
            else
            {
                (handler as IDisposable)?.Dispose();
            }
        }
    }
}
