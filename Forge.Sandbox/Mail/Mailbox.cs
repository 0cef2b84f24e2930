using Microsoft.Extensions.Options;

namespace Forge.Sandbox.Mail;

/// <summary>The mails kept in memory, bounded by number and by size: the oldest go first.</summary>
internal sealed class Mailbox(IOptions<SmtpOptions> options)
{
    private const int MaxCharacters = 32 * 1_024 * 1_024;

    private readonly Lock _lock = new();
    private readonly Queue<Entry> _mails = new();
    private long _characters;

    public void Add(ReceivedMail mail, IReadOnlyCollection<string> recipients)
    {
        var entry = new Entry(mail, recipients);
        lock (_lock)
        {
            _mails.Enqueue(entry);
            _characters += entry.Characters;
            while (_mails.Count > options.Value.KeptMails || (_characters > MaxCharacters && _mails.Count > 1))
            {
                _characters -= _mails.Dequeue().Characters;
            }
        }
    }

    /// <summary>Newest first; with <paramref name="recipient"/> only those to that address, in whatever case.</summary>
    public IReadOnlyList<ReceivedMail> List(string? recipient = null)
    {
        lock (_lock)
        {
            var wanted = string.IsNullOrEmpty(recipient)
                ? _mails
                : _mails.Where(entry => entry.Recipients.Contains(recipient, StringComparer.OrdinalIgnoreCase));
            return [.. wanted.Select(entry => entry.Mail).Reverse()];
        }
    }

    public ReceivedMail? Find(Guid id)
    {
        lock (_lock)
        {
            return _mails.FirstOrDefault(entry => entry.Mail.Id == id)?.Mail;
        }
    }

    public void Clear()
    {
        lock (_lock)
        {
            _mails.Clear();
            _characters = 0;
        }
    }

    private sealed record Entry(ReceivedMail Mail, IReadOnlyCollection<string> Recipients)
    {
        public long Characters => Mail.Subject.Length + Mail.Text.Length;
    }
}
