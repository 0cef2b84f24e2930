using System.Globalization;

namespace Aspire.Hosting.Processes;

/// <summary>A user of this machine, as /etc/passwd has it.</summary>
internal sealed record UnixAccount(string Name, int UserId, int GroupId)
{
    /// <summary>The user of that name; null when there is none.</summary>
    public static UnixAccount? Find(string name) => File.ReadLines("/etc/passwd")
        .Select(line => line.Split(':')) // postgres:x:101:104:PostgreSQL administrator,,,:/var/lib/postgresql:/bin/bash
        .Where(fields => fields.Length >= 4 && fields[0] == name)
        .Select(fields => new UnixAccount(name, int.Parse(fields[2], CultureInfo.InvariantCulture), int.Parse(fields[3], CultureInfo.InvariantCulture)))
        .FirstOrDefault();
}
