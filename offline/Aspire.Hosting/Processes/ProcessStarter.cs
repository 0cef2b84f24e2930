using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.ExceptionServices;

namespace Aspire.Hosting.Processes;

/// <summary>
/// Starts processes from one thread that lives as long as this process: the kernel sends the parent-death signal when the <em>thread</em>
/// that started the child ends, so a thread of the pool would take its children with it.
/// </summary>
/// <remarks>
/// Only Linux knows that signal. On macOS and Windows, and on a Linux without util-linux, children are killed when this process ends in an
/// ordinary way (return, unhandled exception, Ctrl-C); after a kill -9 they stay.
/// </remarks>
internal static class ProcessStarter
{
    private static readonly BlockingCollection<Action> Requests = [];
    private static readonly ConcurrentDictionary<int, bool> Unattached = new();

    static ProcessStarter()
    {
        new Thread(() =>
        {
            foreach (var request in Requests.GetConsumingEnumerable())
            {
                request();
            }
        })
        { IsBackground = true, Name = "process starter" }.Start();

        AppDomain.CurrentDomain.ProcessExit += (_, _) =>
        {
            foreach (var id in Unattached.Keys)
            {
                Signal.Send(id, StopSignal.Kill);
            }
        };
    }

    public static Process Start(ProcessSpec spec, string program)
    {
        Process? process = null;
        ExceptionDispatchInfo? failure = null;
        using var done = new ManualResetEventSlim();
        Requests.Add(() =>
        {
            try
            {
                process = StartHere(spec, program);
            }
            catch (Exception exception)
            {
                failure = ExceptionDispatchInfo.Capture(exception);
            }
            finally
            {
                done.Set();
            }
        });
        done.Wait();
        failure?.Throw();
        return process!;
    }

    /// <summary>The process has ended; its id may belong to another one from now on.</summary>
    public static void Forget(int id) => Unattached.TryRemove(id, out _);

    private static Process StartHere(ProcessSpec spec, string program)
    {
        var start = new ProcessStartInfo
        {
            WorkingDirectory = spec.WorkingDirectory,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            CreateNoWindow = true,
        };
        foreach (var (name, value) in spec.Environment)
        {
            start.Environment[name] = value;
        }

        IReadOnlyList<string> command = [program, .. spec.Arguments];
        var attached = LinuxSession.IsSupported;
        if (attached)
        {
            command = LinuxSession.Wrap(command, spec, start.Environment.Keys);
        }
        else if (spec.RunAsUser is { } user)
        {
            throw new DistributedApplicationException($"'{spec.FileName}' has to run as user '{user}'; that takes setpriv and setsid of util-linux. Install util-linux.");
        }

        start.FileName = command[0];
        foreach (var argument in command.Skip(1))
        {
            start.ArgumentList.Add(argument);
        }

        var process = Process.Start(start)!;
        if (!attached)
        {
            Unattached[process.Id] = true;
        }

        try
        {
            process.StandardInput.Write(spec.Input);
            process.StandardInput.Close();
        }
        catch (IOException exception)
        {
            // It ended before it had read everything; its exit code says why.
            Debug.WriteLine(exception);
        }

        return process;
    }
}
