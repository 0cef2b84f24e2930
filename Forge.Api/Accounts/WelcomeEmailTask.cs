using Forge.Contracts;
using Forge.Jobs;
using Forge.Mail;
using Forge.PostResponse;

namespace Forge.Api.Accounts;

internal sealed record WelcomeEmail(Guid UserId, string Email, string Username)
{
    public const string TaskName = "welcome-email";
}

/// <summary>Sends the welcome email, or leaves it to a worker when this process stops before it could.</summary>
[Loss(LossImpact.Tolerable)]
internal sealed partial class WelcomeEmailTask(MailSender mail, IJobQueue jobs, ILogger<WelcomeEmailTask> logger)
    : IPostResponseTask<WelcomeEmail>, IWriteDown<WelcomeEmail>
{
    public async Task RunAsync(WelcomeEmail arguments, CancellationToken cancellationToken)
    {
        LogStarted(logger, arguments.UserId);
        try
        {
            await mail.SendAsync(Compose(arguments), cancellationToken);
        }
        catch (Exception exception)
        {
            LogFailed(logger, arguments.UserId, exception);
            throw;
        }

        LogSent(logger, arguments.UserId);
    }

    /// <remarks>A send that the stop interrupted may have reached the server already: then the user is welcomed twice.</remarks>
    public Task WriteDownAsync(WelcomeEmail arguments, CancellationToken cancellationToken)
    {
        var message = Compose(arguments);
        var payload = new EmailPayload(message.To, message.Subject, message.TextBody);
        return jobs.EnqueueAsync(JobRequest.For(JobKinds.EmailSend, payload), cancellationToken);
    }

    private static MailMessage Compose(WelcomeEmail welcome) => new(
        welcome.Email,
        "Welcome to Forge",
        $"""
         Hello {welcome.Username},

         your account is ready.

         Forge
         """);

    [LoggerMessage(EventName = "welcome_email_started", Level = LogLevel.Information, Message = "Sending the welcome email to user {UserId}.")]
    private static partial void LogStarted(ILogger logger, Guid userId);

    [LoggerMessage(EventName = "welcome_email_sent", Level = LogLevel.Information, Message = "Sent the welcome email to user {UserId}.")]
    private static partial void LogSent(ILogger logger, Guid userId);

    [LoggerMessage(EventName = "welcome_email_failed", Level = LogLevel.Warning, Message = "The welcome email to user {UserId} could not be sent.")]
    private static partial void LogFailed(ILogger logger, Guid userId, Exception exception);
}
