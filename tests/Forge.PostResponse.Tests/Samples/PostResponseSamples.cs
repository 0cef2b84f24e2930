using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Forge.PostResponse.Tests.Samples;

/// <summary>The samples of docs/post-response.md, compiled. A test compares the two.</summary>
public static class PostResponseSamples
{
    public static WebApplication Build(string[] args)
    {
        var builder = WebApplication.CreateBuilder(args);
        builder.Services.AddSingleton<IMailer, Mailer>();
        builder.Services.AddSingleton<IOutbox, Outbox>();
        builder.Services.AddScoped<Visits>();
        builder.Services.AddSingleton<LegacyArchive>();

        builder.AddPostResponseTasks(options => options.DrainBudget = TimeSpan.FromSeconds(3))
            .AddTask<WelcomeEmailTask, WelcomeEmail>("welcome-email", task => task.Timeout = TimeSpan.FromSeconds(20))
            .AddTask<RegistrationAuditTask, Registered>("registration-audit");

        var app = builder.Build();

        app.MapPost("/register", Register).RequirePostResponseCapacity(2);

        app.MapGet("/articles/{id}", (string id, PostResponseTasks tasks) =>
        {
            tasks.Add("count-visit", (services, cancellationToken) =>
                services.GetRequiredService<Visits>().CountAsync(id, cancellationToken));
            return Results.Ok(id);
        });

        app.MapPost("/letters", (Letter letter, PostResponseTasks tasks) =>
        {
            tasks.Add("archive-letter", (services, _) => services.GetRequiredService<LegacyArchive>().Store(letter));
            return Results.Accepted();
        });

        return app;
    }

    private static Created<Registered> Register(RegisterRequest request, PostResponseTasks tasks)
    {
        var user = new Registered(Guid.NewGuid(), request.Email);
        tasks.Add("welcome-email", new WelcomeEmail(request.Email));
        tasks.Add("registration-audit", user);
        return TypedResults.Created($"/users/{user.Id}", user);
    }
}

public sealed record RegisterRequest(string Email);

public sealed record Registered(Guid Id, string Email);

public sealed record WelcomeEmail(string To);

public sealed record Letter(string Text);

[Loss(LossImpact.Tolerable)]
public sealed class WelcomeEmailTask(IMailer mailer, IOutbox outbox) : IPostResponseTask<WelcomeEmail>, IWriteDown<WelcomeEmail>
{
    public Task RunAsync(WelcomeEmail arguments, CancellationToken cancellationToken) =>
        mailer.SendAsync(arguments.To, "Welcome", cancellationToken);

    public Task WriteDownAsync(WelcomeEmail arguments, CancellationToken cancellationToken) =>
        outbox.EnqueueAsync("email.send", arguments, cancellationToken);
}

[Loss(LossImpact.Tolerable)]
public sealed class RegistrationAuditTask(Visits visits) : IPostResponseTask<Registered>
{
    public Task RunAsync(Registered arguments, CancellationToken cancellationToken) => visits.CountAsync(arguments.Email, cancellationToken);
}

public interface IMailer
{
    Task SendAsync(string to, string subject, CancellationToken cancellationToken);
}

public interface IOutbox
{
    Task EnqueueAsync(string kind, object payload, CancellationToken cancellationToken);
}

public sealed class Mailer : IMailer
{
    public Task SendAsync(string to, string subject, CancellationToken cancellationToken) => Task.CompletedTask;
}

public sealed class Outbox : IOutbox
{
    public Task EnqueueAsync(string kind, object payload, CancellationToken cancellationToken) => Task.CompletedTask;
}

public sealed class Visits
{
    private readonly List<string> _counted = [];

    public Task CountAsync(string what, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        _counted.Add(what);
        return Task.CompletedTask;
    }
}

public sealed class LegacyArchive
{
    private readonly List<Letter> _letters = [];

    public void Store(Letter letter)
    {
        lock (_letters)
        {
            _letters.Add(letter);
        }
    }
}
