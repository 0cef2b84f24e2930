using Forge.Contracts;
using Forge.Jobs;

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

    [Fact]
    public async Task Email_WhenTheServerRefusesItForGood_IsADeadLetterAtOnce()
    {
        var to = NewAddress();
        worker.Smtp.RefuseOnce(to, "550 no such mailbox");

        var id = await worker.EnqueueAsync(JobKinds.EmailSend, new EmailPayload(to, "Hello", "Nobody"), Cancellation);
        await worker.FollowToTheEndAsync(id, Cancellation);

        var job = await worker.Reader.FindAsync(id, Cancellation);
        Assert.Equal(JobState.Discarded, job?.State);
        Assert.Contains("no such mailbox", Assert.Single(job!.Attempts).ErrorMessage, StringComparison.Ordinal);
    }

    private static string NewAddress() => $"u{Guid.NewGuid():N}@example.org";
}
