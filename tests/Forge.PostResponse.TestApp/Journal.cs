using System.Collections.Concurrent;

namespace Forge.PostResponse.TestApp;

/// <summary>What happened, for a test to read: in memory, and in the file named by <c>Journal</c> where the app is a process of its own.</summary>
public sealed class Journal(IConfiguration configuration)
{
    private readonly Lock _lock = new();
    private readonly string? _path = configuration["Journal"];

    public ConcurrentQueue<string> Lines { get; } = [];

    public void Write(string line)
    {
        lock (_lock)
        {
            Lines.Enqueue(line);
            if (_path is not null)
            {
                File.AppendAllText(_path, line + Environment.NewLine);
            }
        }
    }
}
