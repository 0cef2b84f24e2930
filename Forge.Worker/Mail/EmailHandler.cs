using Forge.Contracts;
using Forge.Jobs;
using Forge.Mail;

namespace Forge.Worker.Mail;

/// <summary>Sends the mail of an <c>email.send</c> job, at least once.</summary>
/// <remarks>
/// Only a refusal of the recipient or of the mail itself ends the job. What is wrong with the server, its login or its certificate is tried again.
/// SMTP knows no transaction with Postgres: a mail that the server took over is sent again when its answer, or the job's completion, is lost
/// on the way. That is so when the worker dies or loses its lease in between, when the connection breaks or the time is up after the last byte
/// of the mail, and when a stop interrupts the send. All tries of a job carry the same <c>Message-Id</c>, by which a duplicate can be recognized.
/// </remarks>
internal sealed class EmailHandler(MailSender mail) : IJobHandler<EmailPayload>
{
    public async Task HandleAsync(JobContext<EmailPayload> context, CancellationToken cancellationToken)
    {
        var (to, subject, body) = context.Payload;
        try
        {
            await mail.SendAsync(new MailMessage(to, subject, body, context.IdempotencyKey), cancellationToken);
        }
        catch (FormatException exception)
        {
            throw new DoNotRetryException("The recipient is not a mailbox.", exception);
        }
        catch (MailRefusedException exception)
        {
            throw new DoNotRetryException(exception.Message, exception);
        }
    }
}
