using Forge.Contracts;
using Forge.Jobs;
using Forge.Worker.Tests.Uploads;

namespace Forge.Worker.Tests.Mail;

public sealed class EmailHandlerTests(WorkerHost worker)
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Email_WhenEnqueued_IsSentWithTheJobsIdAsItsMessageId()
    {
        var to = NewAddress();
        var id = await worker.EnqueueAsync(JobKinds.EmailSend, new EmailPayload(to, "Your order", "It is on its way."), Cancellation);

        var seen = await worker.FollowToTheEndAsync(id, Cancellation);

        Assert.Equal(JobState.Completed, seen[^1].State);
        var mail = await worker.Smtp.MailTo(to).WaitAsync(Soon, Cancellation);
        Assert.Contains("Subject: Your order", mail, StringComparison.Ordinal);
        Assert.Contains("It is on its way.", mail, StringComparison.Ordinal);
        Assert.Contains($"Message-Id: <{id}@forge.local>", mail, StringComparison.OrdinalIgnoreCase);
        Assert.Equal("mail", (await worker.Reader.FindAsync(id, Cancellation))?.Queue);
    }

    [Fact]
    public async Task Email_WhenTheServerIsBusyOnce_IsSentByTheNextAttempt()
    {
        var to = NewAddress();
        worker.Smtp.RefuseOnce(to, "451 try again later");

        var id = await worker.EnqueueAsync(JobKinds.EmailSend, new EmailPayload(to, "Hello", "Again"), Cancellation);
        await worker.FollowToTheEndAsync(id, Cancellation);

        var job = await worker.Reader.FindAsync(id, Cancellation);
        Assert.Equal(["failed", "completed"], job?.Attempts.Select(attempt => attempt.Outcome));
        await worker.Smtp.MailTo(to).WaitAsync(Soon, Cancellation);
    }

    [Theory]
    [InlineData("GREETING", "554 no SMTP service here")]
    [InlineData("MAIL", "550 5.1.8 sender unknown")]
    [InlineData("MAIL", "530 5.7.0 log in first")]
    [InlineData("MAIL", "553 sender not allowed")]
    [InlineData("RCPT", "554 relay denied")]
    [InlineData("RCPT", "554 5.7.1 relay access denied")]
    [InlineData("RCPT", "550 relay not permitted")]
    [InlineData("RCPT", "553 sorry, that domain isn't in my list of allowed rcpthosts")]
    [InlineData("RCPT", "550 5.7.1 your address is on a list")]
    [InlineData("RCPT", "550 5.3.2 system not accepting mail")]
    [InlineData("RCPT", "550 blocked using a block list")]
    [InlineData("RCPT", "451 4.1.1 try again")]
    [InlineData("RCPT", "421 closing")]
    [InlineData("DATA", "554 5.5.1 no valid recipients")]
    [InlineData(".", "554 5.7.1 refused by policy")]
    [InlineData(".", "554 transaction failed")]
    public async Task Email_WhenTheRefusalIsAboutTheServer_IsSentByTheNextAttempt(string command, string reply)
    {
        var to = NewAddress();
        worker.Smtp.AnswerOnce(command, reply);

        var job = await SendAsync(to);

        Assert.Equal(["failed", "completed"], job.Attempts.Select(attempt => attempt.Outcome));
        await worker.Smtp.MailTo(to).WaitAsync(Soon, Cancellation);
    }

    [Theory]
    [InlineData("RCPT", "550 no such user")]
    [InlineData("RCPT", "550 5.1.1 no such user")]
    [InlineData("RCPT", "554 5.1.1 no such user")]
    [InlineData("RCPT", "550 5.2.1 mailbox disabled")]
    [InlineData("RCPT", "550 5.0.0 mailbox unavailable")]
    [InlineData("RCPT", "553 mailbox name not allowed")]
    [InlineData("RCPT", "556 5.1.10 domain takes no mail")]
    [InlineData("MAIL", "552 5.3.4 mail too large")]
    [InlineData(".", "552 mail too large")]
    [InlineData(".", "554 5.6.0 content refused")]
    [InlineData(".", "550 5.1.1 no such user")]
    public async Task Email_WhenTheRefusalIsAboutTheMail_IsADeadLetterAtOnce(string command, string reply)
    {
        worker.Smtp.AnswerOnce(command, reply);

        var job = await SendAsync(NewAddress());

        Assert.Equal(JobState.Discarded, job.State);
        Assert.Contains(reply[4..], Assert.Single(job.Attempts).ErrorMessage, StringComparison.Ordinal);
    }

    private async Task<JobDetails> SendAsync(string to) =>
        await worker.FinishAsync(await worker.EnqueueAsync(JobKinds.EmailSend, new EmailPayload(to, "Hello", "Text"), Cancellation), Cancellation);

    private static string NewAddress() => $"u{Guid.NewGuid():N}@example.org";
}
