using System.Diagnostics;
using Forge.Contracts;
using Forge.PostResponse;

namespace Forge.Api.Accounts;

/// <summary>Registers users and signs them in.</summary>
internal sealed class AccountService(UserTable users, Passwords passwords, PostResponseTasks tasks, TimeProvider timeProvider)
{
    /// <summary>The id of the new user, or null when the address is taken.</summary>
    public async Task<Guid?> RegisterAsync(RegisterRequest request, CancellationToken cancellationToken)
    {
        if (AdminAccount.IsItsEmail(request.Email))
        {
            return null;
        }

        var hash = request.Password is null ? null : await passwords.HashAsync(request.Password, cancellationToken);
        var now = timeProvider.GetUtcNow();
        var user = new User(Guid.CreateVersion7(now), request.Email, request.Username, hash, IsAdmin: false, now);
        if (!await users.TryAddAsync(user, cancellationToken))
        {
            return null;
        }

        tasks.Add(WelcomeEmail.TaskName, new WelcomeEmail(user.Id, user.Email, user.Username));
        tasks.Add(RegistrationAudit.TaskName, new RegistrationAudit(user.Id, now, Activity.Current?.TraceId.ToHexString()));
        return user.Id;
    }

    public async Task<LoginResult> SignInAsync(string email, string password, CancellationToken cancellationToken)
    {
        // What is no address has no account, takes as long, and all such share one counter.
        var user = EmailAddress.TryNormalize(email, out var account) ? await users.FindByEmailAsync(account, cancellationToken) : null;
        return await passwords.SignInAsync(account ?? "", user, password, cancellationToken);
    }
}
