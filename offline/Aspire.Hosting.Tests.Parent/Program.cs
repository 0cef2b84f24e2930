// A host for tests to kill: starts the program given as arguments, prints its process id, hands its output on, and waits for its end.
using Aspire.Hosting.Processes;

var child = ChildProcess.Start(
    new ProcessSpec { FileName = args[0], Arguments = args[1..], WorkingDirectory = Environment.CurrentDirectory },
    (line, _) => Console.WriteLine(line));
Console.WriteLine(child.Id);
return await child.Exited;
