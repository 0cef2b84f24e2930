using Aspire.Hosting.Orchestrator;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Aspire.Hosting.Output;

/// <summary>What the AppHost says to the person who started it.</summary>
internal static class AppHostConsole
{
    /// <summary>Says which hosting runs, before anything else can go wrong.</summary>
    public static void Begin(IDistributedApplicationBuilder builder)
    {
        var name = builder.Environment.ApplicationName;
        var project = Path.GetRelativePath(Directory.GetCurrentDirectory(), builder.AppHostDirectory);
        Console.WriteLine($"{name} runs on the offline stand-ins for Aspire; `dotnet run --project {project} -p:UseAspire=true`, once, switches to Aspire's packages.");
        AppDomain.CurrentDomain.UnhandledException += (_, failure) =>
        {
            // A model that cannot be built is the user's to mend: one line, not a stack trace.
            if (failure.ExceptionObject is DistributedApplicationException exception)
            {
                Console.Error.WriteLine($"error: {exception.Message}");
                Environment.Exit(1);
            }
        };
    }

    public static void AddConsole(this IServiceCollection services, ILoggingBuilder logging)
    {
        logging.ClearProviders();

        // The run says in one line of its own why it failed.
        logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.None);
        services.AddSingleton<ConsoleOutput>();
        services.AddSingleton<ILoggerProvider, ConsoleLoggerProvider>();
        services.AddSingleton<IHostLifetime, ConsoleSignals>();
        services.AddHostedService<ParentProcessWatch>();
    }
}
