using Microsoft.Extensions.Logging;

namespace Aspire.Hosting.Output;

/// <summary>Shows the AppHost's own warnings and errors between the lines of its resources.</summary>
internal sealed class ConsoleLoggerProvider(ConsoleOutput output) : ILoggerProvider
{
    public ILogger CreateLogger(string categoryName) => new ConsoleLogger(output);

    public void Dispose()
    {
    }

    private sealed class ConsoleLogger(ConsoleOutput output) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
            {
                var cause = exception is null ? "" : $" ({exception.GetType().Name}: {exception.Message})";
                output.WriteLine($"{(logLevel == LogLevel.Warning ? "warning" : "error")}: {formatter(state, exception)}{cause}");
            }
        }
    }
}
