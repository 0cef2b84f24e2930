// Does what its arguments say, each of the form key=value:
//   journal=FILE   writes down there what it does: "NAME starts", "NAME stops", "NAME stopped"
//   name=NAME      what it calls itself in the journal
//   exit=CODE      ends by itself with that code, as soon as it has started
//   after=MS       … or that long afterwards
//   times=N        … and only at its first N starts
//   stop=MS        takes that long to stop when it is asked to by a signal
//   asks=PORT      and then writes "NAME is answered" when something on this machine listens there
//   children=N     starts a child, which starts a child … N deep; nobody tells them to stop
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

var settings = args.Select(argument => argument.Split('=', 2)).ToDictionary(parts => parts[0], parts => parts[1]);
var stopping = new TaskCompletionSource();
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);

var starts = await NoteAsync("starts");
if (Number("children") is > 0 and var children)
{
    // Not told of a terminal's signals or of this process's end.
    Process.Start(Environment.ProcessPath!, [$"children={children - 1}"]);
}

if (Number("exit") is { } exitCode && starts <= (Number("times") ?? int.MaxValue))
{
    await Task.WhenAny(Task.Delay(Number("after") ?? 0), stopping.Task);
    return exitCode;
}

await stopping.Task;
await NoteAsync("stops");
await Task.Delay(Number("stop") ?? 0);
if (Number("asks") is { } port)
{
    using var client = new TcpClient();
    await client.ConnectAsync(IPAddress.Loopback, port);
    await NoteAsync("is answered");
}

await NoteAsync("stopped");
return 0;

int? Number(string key) => settings.TryGetValue(key, out var text) ? int.Parse(text, CultureInfo.InvariantCulture) : null;

void Stop(PosixSignalContext context)
{
    context.Cancel = true;
    stopping.TrySetResult();
}

// Returns how often the journal has that line by now.
async Task<int> NoteAsync(string what)
{
    if (!settings.TryGetValue("journal", out var journal))
    {
        return 1;
    }

    var line = $"{settings["name"]} {what}";
    while (true)
    {
        try
        {
            // One at a time: appending at the end is not atomic.
            await using var file = new FileStream(journal, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            using var reader = new StreamReader(file, leaveOpen: true);
            var lines = (await reader.ReadToEndAsync()).Split('\n');
            await using var writer = new StreamWriter(file);
            await writer.WriteAsync(line + '\n');
            return 1 + lines.Count(before => before == line);
        }
        catch (IOException)
        {
            await Task.Delay(5);
        }
    }
}
