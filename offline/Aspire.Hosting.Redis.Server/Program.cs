// Garnet in a process of its own. The password comes through the environment: a command line can be read by every user of the machine.
using System.Runtime.InteropServices;
using Garnet;

// Before the port opens: who sees it open may already ask to stop.
var stopping = new TaskCompletionSource();
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);

var password = Environment.GetEnvironmentVariable("REDIS_PASSWORD");
using var server = new GarnetServer(string.IsNullOrEmpty(password) ? args : [.. args, "--auth", "Password", "--password", password]);
server.Start();
await stopping.Task;

void Stop(PosixSignalContext context)
{
    context.Cancel = true;
    stopping.TrySetResult();
}
