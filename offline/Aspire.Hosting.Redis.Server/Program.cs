// Garnet in a process of its own. The password comes through the environment: a command line can be read by every user of the machine.
using System.Runtime.InteropServices;
using Garnet;

var password = Environment.GetEnvironmentVariable("REDIS_PASSWORD");
using var server = new GarnetServer(string.IsNullOrEmpty(password) ? args : [.. args, "--auth", "Password", "--password", password]);
server.Start();

var stopping = new TaskCompletionSource();
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
await stopping.Task;

void Stop(PosixSignalContext context)
{
    context.Cancel = true;
    stopping.TrySetResult();
}
