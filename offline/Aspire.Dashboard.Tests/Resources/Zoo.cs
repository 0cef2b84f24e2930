using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Aspire.Dashboard.Tests.Resources;

/// <summary>A small application with one of each: a server in all colours, one that fails, one that waits for a command, a secret.</summary>
internal static class Zoo
{
    public const string Secret = "s3cret/with+signs";
    public const string Literal = "hunter2-in-a-connection-string";
    public const string Attack = "<img src=x onerror=alert(1)><script>alert(2)</script>";

    /// <summary>How many lines "api" writes: two of them are errors.</summary>
    public const int LineCount = 10;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private const string Colors = """
        printf '\033[32minfo\033[39m: Forge.Api[14] Now listening on \033[1mhttp://localhost:5200\033[0m\n'
        printf '\033[33mwarn\033[0m: the pool has \033[4m3\033[0m of 4 threads busy\n'
        printf 'plain <img src=x onerror=alert(1)><script>alert(2)</script> & more\n'
        printf '\033]0;title\007\033]8;;javascript:alert(3)\033\\a link\033]8;;\033\\ and \033[2Jno clearing\n'
        printf '\033[30mblack\033[31m red\033[32m green\033[33m yellow\033[34m blue\033[35m magenta\033[36m cyan\033[37m white\033[0m\n'
        printf '\033[90mblack\033[91m red\033[92m green\033[93m yellow\033[94m blue\033[95m magenta\033[96m cyan\033[97m white\033[0m\n'
        printf '\033[41m ERROR \033[0m \033[30;43m on yellow \033[0m \033[7m inverse \033[0m \033[3mitalic\033[0m \033[2mdim\033[0m\n'
        printf '\033[31mfail\033[0m: it broke\n' >&2
        printf '   at Forge.Payments.Gateway.CaptureAsync(String orderId, Decimal amount, String currency, CancellationToken cancellationToken) in Gateway.cs:line 88\n' >&2
        printf 'ready\n'
        exec sleep 600
        """;

    public static void Describe(IDistributedApplicationBuilder builder)
    {
        builder.Services.AddHealthChecks()
            .AddCheck("store-disk", () => HealthCheckResult.Degraded("The disk is 91 % full"))
            .AddCheck("store-ping", () => HealthCheckResult.Healthy("Answered in 2 ms"));
        var passphrase = builder.AddParameter("admin-password", Secret, secret: true);
        builder.AddExecutable("store", "sleep", ".", "600")
            .WithEndpoint(port: 15_432, scheme: "tcp", name: "tcp")
            .WithHealthCheck("store-disk")
            .WithHealthCheck("store-ping")
            .WithCommand("clear", "Clear", _ => Task.FromResult(CommandResults.Failure($"It is locked by {Attack}")), new CommandOptions { ConfirmationMessage = "Delete everything that the store holds?", Description = "Deletes everything" })
            .WithCommand("never", "Never", _ => Task.FromResult(CommandResults.Success()), new CommandOptions { UpdateState = _ => ResourceCommandState.Disabled });
        builder.AddExecutable("api", "sh", ".", "-c", Colors)
            .WithHttpEndpoint(port: 15_200)
            .WithEnvironment("COLOR", "plain")
            .WithEnvironment("EMPTY", "")
            .WithEnvironment("MARKUP", Attack)
            .WithEnvironment("ADMIN_PASSWORD", passphrase)
            .WithEnvironment("STORE_ADDRESS", ReferenceExpression.Create($"store://user:{passphrase.Resource:uri}@localhost"))
            .WithEnvironment("STORE", $"Host=localhost;Username=forge;Password={Literal}")
            .WithEnvironment("Signing__Key", Literal)
            .WithCommand("say/it", "Say it", context => Task.FromResult(CommandResults.Success("Said it to " + context.ResourceName)));
        builder.AddExecutable("broken", "sh", ".", "-c", "echo cannot open the door >&2; exit 3");
    }

    public static async Task<DashboardApp> StartAsync()
    {
        var app = await DashboardApp.StartAsync(Describe);
        var token = TestContext.Current.CancellationToken;
        await app.App.ResourceNotifications.WaitForResourceAsync("api", "Running", token).WaitAsync(Patience, token);
        await app.App.ResourceNotifications.WaitForResourceAsync("store", change => change.Snapshot.HealthStatus == HealthStatus.Degraded, token).WaitAsync(Patience, token);
        await app.App.ResourceNotifications.WaitForResourceAsync("broken", "Finished", token).WaitAsync(Patience, token);
        return app;
    }

    public static IResource Resource(this DashboardApp app, string name) => app.App.Services.GetRequiredService<DistributedApplicationModel>().Resources.Single(resource => resource.Name == name);

    public static ResourceLoggerService Output(this DashboardApp app) => app.App.Services.GetRequiredService<ResourceLoggerService>();
}
