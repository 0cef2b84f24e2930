using Microsoft.Extensions.Options;

namespace Forge.Api.Accounts;

/// <summary>Sees to it, at every start, that the administrator exists and has the configured password.</summary>
internal sealed partial class AdminAccount(
    UserTable users,
    Passwords passwords,
    IOptions<AccountOptions> options,
    TimeProvider timeProvider,
    ILogger<AdminAccount> logger) : IHostedService
{
    public const string Email = "admin@forge.local";

    /// <summary>The address is never free, so that nobody can register it before there is an administrator.</summary>
    public static bool IsItsEmail(string email) => email.Equals(Email, StringComparison.OrdinalIgnoreCase);

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (options.Value.AdminPassword is not { } password)
        {
            LogNoAdmin(logger, $"{AccountOptions.SectionName}:{nameof(AccountOptions.AdminPassword)}");
            return;
        }

        // A new hash would end the administrator's sessions, so an unchanged password keeps its old one.
        var admin = await users.FindByEmailAsync(Email, cancellationToken);
        if (admin is { IsAdmin: true } && await passwords.VerifyAsync(admin, password, cancellationToken))
        {
            return;
        }

        var hash = await passwords.HashAsync(password, cancellationToken);
        var now = timeProvider.GetUtcNow();
        await users.AddOrUpdateAsync(new User(Guid.CreateVersion7(now), Email, "admin", hash, IsAdmin: true, now), cancellationToken);
        LogPasswordSet(logger, Email);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    [LoggerMessage(LogLevel.Warning, "There is no administrator: {Key} is not configured.")]
    private static partial void LogNoAdmin(ILogger logger, string key);

    [LoggerMessage(LogLevel.Information, "The password of {Email} is now the configured one.")]
    private static partial void LogPasswordSet(ILogger logger, string email);
}
