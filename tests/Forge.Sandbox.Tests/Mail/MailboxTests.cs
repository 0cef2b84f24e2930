using System.Net;

namespace Forge.Sandbox.Tests.Mail;

public sealed class MailboxTests
{
    [Fact]
    public async Task List_WhenRecipientIsGiven_ShowsOnlyMailToThatAddressNewestFirst()
    {
        await using var sandbox = SandboxApp.Start();
        await sandbox.SendAsync(SandboxApp.Compose(to: "ada@example.org", subject: "1"));
        await sandbox.SendAsync(SandboxApp.Compose(to: "bob@example.org", subject: "2"));
        await sandbox.SendAsync(SandboxApp.Compose(to: "bob@example.org, Ada@example.org", subject: "3"));

        Assert.Equal(["3", "1"], (await sandbox.ReadMailAsync("?to=ADA@example.org")).Select(mail => mail.Subject));
        Assert.Equal(["3", "2", "1"], (await sandbox.ReadMailAsync()).Select(mail => mail.Subject));
        Assert.Empty(await sandbox.ReadMailAsync("?to=example.org"));
    }

    [Fact]
    public async Task Delete_WhenThereIsMail_EmptiesTheInbox()
    {
        await using var sandbox = SandboxApp.Start();
        await sandbox.SendAsync(SandboxApp.Compose());

        using var response = await sandbox.Http.DeleteAsync("/mail", SandboxApp.Cancellation);

        Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
        Assert.Empty(await sandbox.ReadMailAsync());
    }

    [Fact]
    public async Task Add_WhenTheInboxIsFull_ForgetsTheOldest()
    {
        await using var sandbox = SandboxApp.Start(("Smtp:KeptMails", "2"));
        foreach (var subject in (string[])["1", "2", "3"])
        {
            await sandbox.SendAsync(SandboxApp.Compose(subject: subject));
        }

        Assert.Equal(["3", "2"], (await sandbox.ReadMailAsync()).Select(mail => mail.Subject));
    }
}
