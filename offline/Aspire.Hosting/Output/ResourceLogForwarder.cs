using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Aspire.Hosting.Output;

/// <summary>Hands the output of all processes on to the AppHost's loggers, so that a test's output holds it.</summary>
internal sealed partial class ResourceLogForwarder(ResourceLoggerService logs, ILoggerFactory loggers, IHostEnvironment environment) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        logs.LineWritten += Forward;
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private void Forward(string resourceId, string line, bool isError)
    {
        var logger = loggers.CreateLogger($"{environment.ApplicationName}.Resources.{resourceId}");
        if (isError)
        {
            ErrorLine(logger, line);
        }
        else
        {
            Line(logger, line);
        }
    }

    [LoggerMessage(1, LogLevel.Information, "{Line}")]
    private static partial void Line(ILogger logger, string line);

    [LoggerMessage(2, LogLevel.Error, "{Line}")]
    private static partial void ErrorLine(ILogger logger, string line);
}
