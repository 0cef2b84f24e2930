using System.Net.Http.Json;

namespace Forge.AppHost;

/// <summary>Buttons in the dashboard that break and mend the outside world.</summary>
internal static class SandboxCommands
{
    public static IResourceBuilder<ProjectResource> WithFaultCommands(this IResourceBuilder<ProjectResource> sandbox) =>
        sandbox
            .WithFaultCommand("slow-smtp", "Slow SMTP (3 s)", HttpMethod.Put, "/faults/smtp", new { delayMs = 3000 })
            .WithFaultCommand("fail-smtp", "Fail SMTP", HttpMethod.Put, "/faults/smtp", new { failureRate = 1.0 })
            .WithFaultCommand("heal-smtp", "Heal SMTP", HttpMethod.Delete, "/faults/smtp")
            .WithFaultCommand("fail-weather", "Fail weather", HttpMethod.Put, "/faults/weather", new { failureRate = 1.0 })
            .WithFaultCommand("heal-all", "Heal everything", HttpMethod.Delete, "/faults");

    private static IResourceBuilder<ProjectResource> WithFaultCommand(
        this IResourceBuilder<ProjectResource> sandbox, string name, string displayName, HttpMethod method, string path, object? fault = null) =>
        sandbox.WithHttpCommand(path, displayName, endpointName: "http", commandName: name, commandOptions: new HttpCommandOptions
        {
            Method = method,
            ResultMode = HttpCommandResultMode.Auto, // The sandbox answers with the fault that is in force.
            PrepareRequest = context =>
            {
                context.Request.Content = fault is null ? null : JsonContent.Create(fault);
                return Task.CompletedTask;
            },
        });
}
