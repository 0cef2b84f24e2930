using System.Globalization;
using System.Runtime.InteropServices;

namespace Forge.Hosting.Processes;

/// <summary>A user of this machine, as /etc/passwd has it.</summary>
internal sealed partial record UnixAccount(string Name, int UserId, int GroupId)
{
    /// <summary>The user of that name; null when there is none.</summary>
    public static UnixAccount? Find(string name) => File.ReadLines("/etc/passwd")
        .Select(line => line.Split(':')) // postgres:x:101:104:PostgreSQL administrator,,,:/var/lib/postgresql:/bin/bash
        .Where(fields => fields.Length >= 4 && fields[0] == name)
        .Select(fields => new UnixAccount(name, int.Parse(fields[2], CultureInfo.InvariantCulture), int.Parse(fields[3], CultureInfo.InvariantCulture)))
        .FirstOrDefault();

    /// <summary>Makes a file or folder (not what is in it) belong to this user.</summary>
    public void Own(string path)
    {
        if (ChangeOwner(path, UserId, GroupId) != 0)
        {
            throw new IOException($"{path} cannot be given to the user {Name}: {Marshal.GetLastPInvokeErrorMessage()}.");
        }
    }

    [LibraryImport("libc", EntryPoint = "chown", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int ChangeOwner(string path, int userId, int groupId);
}
