namespace Forge.Sandbox.Tests.Mail;

/// <summary>The server as a client sees it that does what it likes.</summary>
public sealed class SmtpSessionTests
{
    private const string Envelope = "MAIL FROM:<a@example.org>\r\nRCPT TO:<b@example.org>\r\n";

    [Fact]
    public async Task Commands_WhenPipelined_AreAnsweredInOrder()
    {
        await using var sandbox = SandboxApp.Start();
        using var client = await sandbox.ConnectRawAsync();

        await client.SendAsync($"EHLO test\r\n{Envelope}DATA\r\nSubject: Piped\r\n\r\nText\r\n.\r\nNOOP\r\nQUIT\r\n");

        foreach (var code in (string[])["220", "250", "250", "250", "354", "250", "250", "221"])
        {
            Assert.StartsWith(code, await client.ReadReplyAsync());
        }

        Assert.Equal("", await client.ReadReplyAsync());
        Assert.Equal("Piped", Assert.Single(await sandbox.ReadMailAsync()).Subject);
    }

    [Fact]
    public async Task Data_WhenItComesOctetByOctet_IsReadTheSame()
    {
        await using var sandbox = SandboxApp.Start();
        using var client = await RawSmtpClient.GreetAsync(sandbox.SmtpPort);

        foreach (var octet in $"{Envelope}DATA\r\nSubject: Slow\r\n\r\n..a\r\n.\r\n")
        {
            await client.SendAsync(octet.ToString());
        }

        foreach (var code in (string[])["250", "250", "354", "250"])
        {
            Assert.StartsWith(code, await client.ReadReplyAsync());
        }

        Assert.Equal(".a", Assert.Single(await sandbox.ReadMailAsync()).Text);
    }

    [Theory]
    [InlineData("\n.\n")]
    [InlineData("\n.\r\n")]
    [InlineData("\r\n.\n")]
    [InlineData("\r.\r")]
    public async Task Data_WhenADotStandsBetweenLoneLineEnds_GoesOn(string notTheEnd)
    {
        await using var sandbox = SandboxApp.Start();
        using var client = await RawSmtpClient.GreetAsync(sandbox.SmtpPort);

        await client.SendAsync($"{Envelope}DATA\r\nSubject: One\r\n\r\ntext{notTheEnd}MAIL FROM:<evil@example.org>\r\n.\r\nNOOP\r\n");

        foreach (var code in (string[])["250", "250", "354", "250", "250"])
        {
            Assert.StartsWith(code, await client.ReadReplyAsync());
        }

        Assert.Contains("evil", Assert.Single(await sandbox.ReadMailAsync()).Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "500")]
    [InlineData("GET / HTTP/1.1", "500")]
    [InlineData("MAILFROM:<a@example.org>", "500")]
    [InlineData("EHLO", "501")]
    [InlineData("MAIL FROM:a@example.org", "501")]
    [InlineData("MAIL FROM:<a@example.org", "501")]
    [InlineData("MAIL FROM:<a@example.org>x", "501")]
    [InlineData("MAIL FROM:<nobody>", "501")]
    [InlineData("MAIL TO:<a@example.org>", "501")]
    [InlineData("MAIL FROM:<a@example.org> SIZE=many", "501")]
    [InlineData("MAIL FROM:<a@example.org> SIZE=-1", "501")]
    [InlineData("MAIL FROM:<a@example.org> SIZE=99999999999999999999999", "501")]
    [InlineData("MAIL FROM:<a@example.org> SIZE=99999999", "552")]
    [InlineData("MAIL FROM:<a@example.org> BODY=BINARYMIME", "555")]
    [InlineData("RCPT TO:<b@example.org>", "503")]
    [InlineData("DATA", "503")]
    [InlineData("AUTH PLAIN AGEAYg==", "502")]
    [InlineData("STARTTLS", "502")]
    [InlineData("VRFY ada", "252")]
    [InlineData("noop", "250")]
    [InlineData("mail from:<> BODY=8BITMIME SMTPUTF8 SIZE=5", "250")]
    [InlineData("MAIL FROM:<\"a> b\"@example.org>", "250")]
    [InlineData("MAIL FROM:<@relay.example:a@example.org>", "250")]
    [InlineData("NOOP \0", "500")]
    [InlineData("NOOP \xff\xfe", "500")]
    public async Task Command_WhateverItIs_GetsItsCodeAndTheSessionGoesOn(string command, string code)
    {
        await using var sandbox = SandboxApp.Start();
        using var client = await RawSmtpClient.GreetAsync(sandbox.SmtpPort);

        Assert.StartsWith(code, await client.AskAsync(command));

        Assert.StartsWith("250", await client.AskAsync("RSET"));
        await client.SendAsync($"{Envelope}DATA\r\nSubject: After\r\n\r\n.\r\n");
        foreach (var expected in (string[])["250", "250", "354", "250"])
        {
            Assert.StartsWith(expected, await client.ReadReplyAsync());
        }
    }

    [Fact]
    public async Task Mail_WhenNobodyHasGreeted_IsOutOfSequence()
    {
        await using var sandbox = SandboxApp.Start();
        using var client = await sandbox.ConnectRawAsync();
        await client.ReadReplyAsync();

        Assert.StartsWith("503", await client.AskAsync("MAIL FROM:<a@example.org>"));
        Assert.StartsWith("250", await client.AskAsync("HELO old"));
        Assert.StartsWith("250", await client.AskAsync("MAIL FROM:<a@example.org>"));
        Assert.StartsWith("503", await client.AskAsync("MAIL FROM:<a@example.org>"));
        Assert.StartsWith("555", await client.AskAsync("RCPT TO:<b@example.org> NOTIFY=NEVER"));
        Assert.StartsWith("501", await client.AskAsync("RCPT TO:<>"));
        Assert.StartsWith("250", await client.AskAsync("RCPT TO:<Postmaster>"));
        Assert.StartsWith("501", await client.AskAsync("DATA now"));
    }

    [Theory]
    [InlineData(3_000)]
    [InlineData(500_000)]
    public async Task Line_WhenTooLong_IsRefusedAndForgotten(int length)
    {
        await using var sandbox = SandboxApp.Start();
        using var client = await RawSmtpClient.GreetAsync(sandbox.SmtpPort);

        Assert.StartsWith("500", await client.AskAsync(new string('x', length)));

        Assert.StartsWith("250", await client.AskAsync("NOOP"));
    }

    [Fact]
    public async Task Line_WhenItNeverEnds_EndsTheSession()
    {
        await using var sandbox = SandboxApp.Start();
        using var client = await RawSmtpClient.GreetAsync(sandbox.SmtpPort);
        var block = new byte[64 * 1_024];
        Array.Fill(block, (byte)'x');

        await Assert.ThrowsAnyAsync<IOException>(async () =>
        {
            for (var i = 0; i < 10_000; i++)
            {
                await client.SendAsync(block);
            }
        });

        await sandbox.SendAsync(SandboxApp.Compose());
    }

    [Fact]
    public async Task Data_WhenLargerThanAllowed_IsReadToItsEndAndRefused()
    {
        await using var sandbox = SandboxApp.Start(("Smtp:MaxMessageBytes", "2048"));
        using var client = await RawSmtpClient.GreetAsync(sandbox.SmtpPort);
        var line = new string('x', 998) + "\r\n";

        await client.SendAsync($"{Envelope}DATA\r\n{string.Concat(Enumerable.Repeat(line, 500))}.\r\nNOOP\r\n");

        foreach (var code in (string[])["250", "250", "354", "552", "250"])
        {
            Assert.StartsWith(code, await client.ReadReplyAsync());
        }

        Assert.Empty(await sandbox.ReadMailAsync());
    }

    [Fact]
    public async Task Recipients_WhenTooMany_AreRefusedAndTheOthersServed()
    {
        await using var sandbox = SandboxApp.Start(("Smtp:MaxRecipients", "2"));
        using var client = await RawSmtpClient.GreetAsync(sandbox.SmtpPort);
        await client.AskAsync("MAIL FROM:<a@example.org>");

        Assert.StartsWith("250", await client.AskAsync("RCPT TO:<b@example.org>"));
        Assert.StartsWith("250", await client.AskAsync("RCPT TO:<c@example.org>"));
        Assert.StartsWith("452", await client.AskAsync("RCPT TO:<d@example.org>"));
        Assert.StartsWith("354", await client.AskAsync("DATA"));
        Assert.StartsWith("250", await client.AskAsync("\r\n."));

        Assert.Equal("b@example.org, c@example.org", Assert.Single(await sandbox.ReadMailAsync()).To);
    }

    [Fact]
    public async Task Garbage_WhenItGoesOn_EndsTheSessionOnly()
    {
        await using var sandbox = SandboxApp.Start();
        using var client = await RawSmtpClient.GreetAsync(sandbox.SmtpPort);
        var garbage = new byte[20_000];
        new Random(1).NextBytes(garbage);

        await client.SendAsync(garbage);
        string reply;
        do
        {
            reply = await client.ReadReplyAsync();
            Assert.Matches("^(5|421)", reply);
        }
        while (!reply.StartsWith("421", StringComparison.Ordinal));

        await sandbox.SendAsync(SandboxApp.Compose());
        Assert.Single(await sandbox.ReadMailAsync());
    }

    [Fact]
    public async Task Data_WhenItIsNoMime_IsKeptAsItCame()
    {
        await using var sandbox = SandboxApp.Start();
        using var client = await RawSmtpClient.GreetAsync(sandbox.SmtpPort);

        await client.SendAsync($"{Envelope}DATA\r\n\u0001\u0002 no header here\r\n.\r\n{Envelope}DATA\r\n.\r\n");

        foreach (var code in (string[])["250", "250", "354", "250", "250", "250", "354", "250"])
        {
            Assert.StartsWith(code, await client.ReadReplyAsync());
        }

        Assert.Equal(2, (await sandbox.ReadMailAsync()).Count);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Disconnect_WhenHalfAMessageHasCome_KeepsNothing(bool abruptly)
    {
        await using var sandbox = SandboxApp.Start();
        using (var client = await RawSmtpClient.GreetAsync(sandbox.SmtpPort))
        {
            await client.SendAsync($"{Envelope}DATA\r\n");
            await client.ReadReplyAsync();
            await client.ReadReplyAsync();
            await client.ReadReplyAsync();
            await client.SendAsync("Subject: Half\r\n\r\ntext\r\n");
            if (abruptly)
            {
                client.Reset();
            }
        }

        await sandbox.SendAsync(SandboxApp.Compose(subject: "Whole"));
        Assert.Equal("Whole", Assert.Single(await sandbox.ReadMailAsync()).Subject);
    }

    [Fact]
    public async Task Disconnect_WhenAFaultDelays_EndsTheWaitAndKeepsNothing()
    {
        await using var sandbox = SandboxApp.Start(("Smtp:MaxSessions", "1"));
        await sandbox.SetFaultAsync("smtp", new(DelayMs: 60_000));
        using (var client = await RawSmtpClient.GreetAsync(sandbox.SmtpPort))
        {
            await client.SendAsync($"{Envelope}DATA\r\nSubject: Given up\r\n\r\n.\r\n");
            await client.ReadReplyAsync();
            await client.ReadReplyAsync();
            await client.ReadReplyAsync();
        }

        // The only session there may be is free again long before the delay is over.
        await SendWhenAdmittedAsync(sandbox);
        Assert.Empty(await sandbox.ReadMailAsync());
    }

    [Fact]
    public async Task Session_WhenThereAreTooMany_IsToldToComeAgain()
    {
        await using var sandbox = SandboxApp.Start(("Smtp:MaxSessions", "1"));
        using var first = await RawSmtpClient.GreetAsync(sandbox.SmtpPort);
        using var second = await sandbox.ConnectRawAsync();

        Assert.StartsWith("421", await second.ReadReplyAsync());

        await first.AskAsync("QUIT");
        await SendWhenAdmittedAsync(sandbox);
    }

    [Fact]
    public async Task Session_WhenIdle_IsEnded()
    {
        await using var sandbox = SandboxApp.Start(("Smtp:IdleTimeout", "00:00:00.300"));
        using var client = await RawSmtpClient.GreetAsync(sandbox.SmtpPort);

        Assert.StartsWith("421", await client.ReadReplyAsync());
        Assert.Equal("", await client.ReadReplyAsync());
    }

    [Fact]
    public async Task Session_WhenAFaultDelaysLongerThanTheIdleTime_IsNotEnded()
    {
        await using var sandbox = SandboxApp.Start(("Smtp:IdleTimeout", "00:00:00.500"));
        await sandbox.SetFaultAsync("smtp", new(DelayMs: 1_200));

        await sandbox.SendAsync(SandboxApp.Compose());

        Assert.Single(await sandbox.ReadMailAsync());
    }

    private static async Task SendWhenAdmittedAsync(SandboxApp sandbox)
    {
        for (var tries = 0; ; tries++)
        {
            using var client = await sandbox.ConnectRawAsync();
            if ((await client.ReadReplyAsync()).StartsWith("220", StringComparison.Ordinal))
            {
                return;
            }

            Assert.True(tries < 2_000, "No session became free.");
        }
    }
}
