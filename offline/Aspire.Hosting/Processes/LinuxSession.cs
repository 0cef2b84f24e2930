using System.Diagnostics;
using System.Globalization;

namespace Aspire.Hosting.Processes;

/// <summary>
/// The command line in front of a child on Linux. Each part replaces itself by the next, so the process id stays:
/// <c>setsid</c> gives it a session of its own (a Ctrl-C in the terminal reaches only this process), <c>setpriv</c> the user and the
/// parent-death signal, <c>sh</c> ends it when the parent died before that signal was set.
/// </summary>
internal static class LinuxSession
{
    private static readonly string? SetSid = ExecutablePath.Find("setsid");
    private static readonly string? SetPriv = ExecutablePath.Find("setpriv");

    /// <summary>Whether the tools are there and know the parent-death signal (busybox's setpriv does not). Asked on the starter's thread.</summary>
    public static bool IsSupported { get; } = OperatingSystem.IsLinux() && SetSid is not null && SetPriv is not null && KnowsParentDeathSignal(SetPriv);

    public static IReadOnlyList<string> Wrap(IReadOnlyList<string> command, ProcessSpec spec, IEnumerable<string> environmentNames)
    {
        List<string> wrapped = [SetSid!, SetPriv!, "--pdeathsig", Name(spec.ParentDeathSignal)];
        if (spec.RunAsUser is { } user)
        {
            var account = UnixAccount.Find(user) ?? throw new DistributedApplicationException($"There is no user '{user}' on this machine, as whom '{spec.FileName}' has to run.");
            wrapped.AddRange(["--reuid", Text(account.UserId), "--regid", Text(account.GroupId), "--init-groups"]);
        }

        wrapped.AddRange(["--", "/bin/sh", "-c", "[ \"$PPID\" = \"$0\" ] && exec \"$@\"", Text(Environment.ProcessId)]);

        // dash drops variables whose names it could not use itself, such as Logging__LogLevel__Microsoft.AspNetCore; env puts them back.
        var unspeakable = environmentNames.Where(name => !name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter == '_')).ToList();
        if (unspeakable.Count > 0)
        {
            var values = unspeakable.Select(name => $"{name}={(spec.Environment.TryGetValue(name, out var value) ? value : Environment.GetEnvironmentVariable(name))}");
            wrapped.AddRange(["env", .. values]);
        }

        return [.. wrapped, .. command];
    }

    private static string Name(StopSignal signal) => signal switch
    {
        StopSignal.Interrupt => "INT",
        StopSignal.Terminate => "TERM",
        _ => "KILL",
    };

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static bool KnowsParentDeathSignal(string setPriv)
    {
        using var probe = Process.Start(new ProcessStartInfo(setPriv, ["--pdeathsig", "KILL", "true"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        probe.WaitForExit();
        return probe.ExitCode == 0;
    }
}
