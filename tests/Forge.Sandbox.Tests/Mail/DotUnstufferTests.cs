using System.Text;
using Forge.Sandbox.Mail;

namespace Forge.Sandbox.Tests.Mail;

public sealed class DotUnstufferTests
{
    [Fact]
    public void Read_WhereverTheStreamIsCut_GivesTheMessageThatWasStuffed()
    {
        var random = new Random(20_260_101);
        for (var run = 0; run < 5_000; run++)
        {
            var message = string.Concat(Enumerable.Range(0, random.Next(12)).Select(_ => random.GetItems(["\r\n", ".", "\r", "\n", "a", ".\r"], 1)[0])) + "\r\n";
            var stuffed = message.StartsWith('.') ? "." + message : message;
            stuffed = stuffed.Replace("\r\n.", "\r\n..", StringComparison.Ordinal) + ".\r\nNEXT";

            var (text, rest) = Unstuff(Encoding.ASCII.GetBytes(stuffed), random);

            Assert.Equal((message, "NEXT"), (text, rest));
        }
    }

    [Fact]
    public void Read_WhenTheMessageIsLargerThanAllowed_KeepsNoMoreThanThat()
    {
        using var message = new MemoryStream();
        var unstuffer = new DotUnstuffer(message, maxBytes: 10);

        unstuffer.Read("0123456789abcdef\r\n.\r\n"u8);

        Assert.True(unstuffer.IsComplete);
        Assert.True(unstuffer.IsTooLarge);
        Assert.InRange(message.Length, 0, 10);
    }

    private static (string Text, string Remainder) Unstuff(byte[] bytes, Random random)
    {
        using var message = new MemoryStream();
        var unstuffer = new DotUnstuffer(message, maxBytes: 1_000);
        var position = 0;
        while (!unstuffer.IsComplete)
        {
            Assert.True(position < bytes.Length, "The end was not seen.");
            var chunk = Math.Min(random.Next(1, 5), bytes.Length - position);
            position += unstuffer.Read(bytes.AsSpan(position, chunk));
        }

        return (Encoding.ASCII.GetString(message.ToArray()), Encoding.ASCII.GetString(bytes, position, bytes.Length - position));
    }
}
