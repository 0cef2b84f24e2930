using Forge.Api.Accounts;
using Microsoft.AspNetCore.Authentication.BearerToken;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.Hosting;

internal static class AccountsHostingExtensions
{
    /// <summary>Adds users, their passwords and bearer tokens, the administrator, and what follows a registration.</summary>
    public static TBuilder AddAccounts<TBuilder>(this TBuilder builder)
        where TBuilder : IHostApplicationBuilder
    {
        builder.AddForgeDataProtection("Forge.Api");
        builder.AddMail();
        builder.AddPostResponseTasks()
            .AddTask<WelcomeEmailTask, WelcomeEmail>(WelcomeEmail.TaskName)
            .AddTask<RegistrationAuditTask, RegistrationAudit>(RegistrationAudit.TaskName);

        var services = builder.Services;
        services.AddAuthentication(BearerTokenDefaults.AuthenticationScheme).AddBearerToken();
        services.AddAuthorization();
        services.AddOptionsWithValidateOnStart<AccountOptions>().BindConfiguration(AccountOptions.SectionName);
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<AccountOptions>, AccountOptionsValidator>());
        services.TryAddSingleton<IPasswordHasher<User>, PasswordHasher<User>>();
        services.TryAddSingleton<Passwords>();
        services.TryAddSingleton<FailedLogins>();
        services.TryAddSingleton<UserTable>();
        services.TryAddScoped<AccountService>();
        services.AddHostedService<AdminAccount>();
        return builder;
    }
}
