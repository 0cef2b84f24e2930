using System.Diagnostics;

namespace Forge.Hosting.Processes;

/// <summary>A program, its arguments, and the user it runs as.</summary>
/// <param name="FileName">A path, or a name that is searched for in PATH.</param>
/// <param name="Arguments">Passed as they are, without a shell.</param>
/// <param name="User">The user of the process; null for the user of this one. Only root may name another.</param>
internal sealed record ProgramCall(string FileName, IReadOnlyList<string> Arguments, UnixAccount? User = null)
{
    /// <summary>The folder that the program starts in; null for the current one.</summary>
    public string? WorkingDirectory { get; init; }

    /// <summary>The same call without <see cref="User"/>: <c>setpriv</c> changes the user and then becomes the program, so that the process id is the program's.</summary>
    public ProgramCall WithUserInCommand() => User is null
        ? this
        : new ProgramCall("setpriv", ["--reuid", $"{User.UserId}", "--regid", $"{User.GroupId}", "--init-groups", FileName, .. Arguments]) { WorkingDirectory = WorkingDirectory };

    public ProcessStartInfo ToStartInfo()
    {
        var call = WithUserInCommand();
        var start = new ProcessStartInfo(call.FileName, call.Arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = call.WorkingDirectory ?? "",
        };

        // Its messages are read by this program.
        start.Environment["LC_MESSAGES"] = "C";
        start.Environment.Remove("LC_ALL");
        return start;
    }
}
