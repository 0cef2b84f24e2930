// Garnet in a process of its own. The first argument is a file with the password: every user of the machine can read a command line,
// and Aspire's dashboard shows the environment.
using System.Runtime.InteropServices;
using Garnet;

// Registered before the port opens: as soon as it is open, a stop may be asked for.
var stopping = new TaskCompletionSource();
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);

var password = (await File.ReadAllTextAsync(args[0])).Trim();
using var server = new GarnetServer([.. args[1..], "--auth", "Password", "--password", password]);
server.Start();
await stopping.Task;

void Stop(PosixSignalContext context)
{
    context.Cancel = true;
    stopping.TrySetResult();
}
