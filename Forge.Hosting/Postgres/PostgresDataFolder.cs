using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Aspire.Hosting;
using Forge.Hosting.Data;
using Forge.Hosting.Processes;

namespace Forge.Hosting.Postgres;

/// <summary>The data folder of one server: created from a template, checked, and opened to the wanted user and password.</summary>
internal sealed class PostgresDataFolder(string folder, DataFolders folders, string resourceName)
{
    private static readonly TimeSpan FormerServerGrace = TimeSpan.FromSeconds(10);

    /// <summary>The version that wrote the data; null when there is none yet.</summary>
    /// <exception cref="DistributedApplicationException">There is something, but it is no data folder.</exception>
    public string? MajorVersion
    {
        get
        {
            if (File.Exists(Path.Combine(folder, "PG_VERSION")) && File.Exists(Path.Combine(folder, "global", "pg_control")))
            {
                return File.ReadAllText(Path.Combine(folder, "PG_VERSION")).Trim();
            }

            return Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any()
                ? throw new DistributedApplicationException($"The data folder of '{resourceName}', {folder}, is broken: PG_VERSION or global/pg_control is missing. Delete that folder to start with empty data.")
                : null;
        }
    }

    private string PasswordNote => Path.Combine(folder, "forge-hosting.password");

    public async Task PrepareAsync(PostgresInstallation installation, string userName, string password, CancellationToken cancellationToken)
    {
        var isNew = MajorVersion is null;
        if (isNew)
        {
            await CreateAsync(installation, cancellationToken);
        }
        else
        {
            await WaitForFormerServerAsync(cancellationToken);
        }

        // The password is a parameter kept in the user secrets, and those can be lost while the data stays.
        if (isNew || !IsPasswordSet(userName, password))
        {
            await SetPasswordAsync(installation, userName, password, cancellationToken);
        }
    }

    // Whole before it has its name: what was broken off is never taken for data.
    private async Task CreateAsync(PostgresInstallation installation, CancellationToken cancellationToken)
    {
        var incomplete = $"{folder}.incomplete";
        DataFolders.TryDelete(incomplete);
        try
        {
            if (OperatingSystem.IsWindows())
            {
                await InitializeAsync(installation, incomplete, cancellationToken);
            }
            else
            {
                var template = await FindOrCreateTemplateAsync(installation, cancellationToken);
                folders.Create(incomplete);
                await RunAsync("cp", ["-a", template + "/.", incomplete], cancellationToken);
            }

            if (Directory.Exists(folder))
            {
                Directory.Delete(folder); // It is empty.
            }

            Directory.Move(incomplete, folder);
        }
        finally
        {
            DataFolders.TryDelete(incomplete);
        }
    }

    private async Task<string> FindOrCreateTemplateAsync(PostgresInstallation installation, CancellationToken cancellationToken)
    {
        var template = Path.Combine(DataFolders.Root, "postgres-templates", $"{installation.Version}-{Hash(installation.BinFolder)[..8]}");
        if (Directory.Exists(template))
        {
            return template;
        }

        var incomplete = $"{template}.{Path.GetRandomFileName()}";
        try
        {
            await InitializeAsync(installation, incomplete, cancellationToken);
            if (!Directory.Exists(template))
            {
                Directory.Move(incomplete, template);
            }
        }
        catch (IOException exception) when (Directory.Exists(template))
        {
            // Another AppHost was faster; its template is as good.
            Debug.WriteLine(exception);
        }
        finally
        {
            DataFolders.TryDelete(incomplete);
        }

        return template;
    }

    private async Task InitializeAsync(PostgresInstallation installation, string target, CancellationToken cancellationToken)
    {
        folders.Create(target);
        var locale = OperatingSystem.IsLinux() ? "C.UTF-8" : OperatingSystem.IsMacOS() ? "en_US.UTF-8" : "C";
        await RunAsync(installation.InitDb, ["-D", target, "--username=postgres", "--auth=trust", "--no-sync", "--encoding=UTF8", $"--locale={locale}"], cancellationToken);

        // No server has listened with the rule "trust" above; it spares initdb a password in a file.
        await File.WriteAllTextAsync(Path.Combine(target, "pg_hba.conf"), "host all all 127.0.0.1/32 scram-sha-256\n", cancellationToken);
    }

    private async Task WaitForFormerServerAsync(CancellationToken cancellationToken)
    {
        var file = Path.Combine(folder, "postmaster.pid");
        for (var waited = TimeSpan.Zero; File.Exists(file); waited += TimeSpan.FromMilliseconds(50))
        {
            var processId = await FindFormerServerAsync(file, cancellationToken);
            if (processId is null)
            {
                // Postgres itself would refuse to start when the id belongs to another process of its user by now.
                File.Delete(file);
                return;
            }

            if (waited >= FormerServerGrace)
            {
                throw new DistributedApplicationException($"The data of '{resourceName}' in {folder} is in use by process {processId}. Is the AppHost running already? Stop it first.");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(50), cancellationToken);
        }
    }

    private async Task<int?> FindFormerServerAsync(string file, CancellationToken cancellationToken)
    {
        try
        {
            // postmaster.pid: the process id in the first line, the data folder in the second, …
            var lines = await File.ReadAllLinesAsync(file, cancellationToken);
            if (!int.TryParse(lines.FirstOrDefault(), NumberStyles.None, CultureInfo.InvariantCulture, out var id) || !UnixProcess.IsAlive(id))
            {
                return null;
            }

            return !OperatingSystem.IsLinux() || (await File.ReadAllTextAsync($"/proc/{id}/cmdline", cancellationToken)).Contains(folder, StringComparison.Ordinal) ? id : null;
        }
        catch (IOException exception)
        {
            // It ended just now.
            Debug.WriteLine(exception);
            return null;
        }
    }

    private async Task SetPasswordAsync(PostgresInstallation installation, string userName, string password, CancellationToken cancellationToken)
    {
        // Single-user mode reads a statement per line, and the input shows in no list of processes.
        var statements = $"""
            DO $forge$BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = {Literal(userName)}) THEN CREATE ROLE {Identifier(userName)}; END IF; END$forge$;
            ALTER ROLE {Identifier(userName)} SUPERUSER LOGIN PASSWORD {Literal(password)};

            """;
        var result = await CompletedProcess.RunAsync(
            Call(installation.Postgres, ["--single", "-D", folder, "-c", "log_min_messages=error", "-c", "log_min_error_statement=panic", "postgres"]),
            statements.ReplaceLineEndings("\n"),
            cancellationToken);
        if (result.ExitCode != 0 || result.Output.Any(line => line.Contains("ERROR:", StringComparison.Ordinal)))
        {
            throw new DistributedApplicationException($"The data of '{resourceName}' in {folder} cannot be opened: {result.Failure} Delete that folder to start with empty data.");
        }

        await NotePasswordAsync(userName, password, cancellationToken);
    }

    private bool IsPasswordSet(string userName, string password)
    {
        if (!File.Exists(PasswordNote))
        {
            return false;
        }

        var note = File.ReadAllText(PasswordNote).Split(':');
        return note.Length == 2 && CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(note[1]), Encoding.ASCII.GetBytes(Derive(userName, password, note[0])));
    }

    private async Task NotePasswordAsync(string userName, string password, CancellationToken cancellationToken)
    {
        var salt = RandomNumberGenerator.GetHexString(32);
        await folders.WriteSecretAsync(PasswordNote, $"{salt}:{Derive(userName, password, salt)}", cancellationToken);
    }

    private static string Derive(string userName, string password, string salt) =>
        Convert.ToHexStringLower(Rfc2898DeriveBytes.Pbkdf2(userName + '\0' + password, Encoding.ASCII.GetBytes(salt), 10_000, HashAlgorithmName.SHA256, 32));

    private async Task RunAsync(string program, IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        var result = await CompletedProcess.RunAsync(Call(program, arguments), input: null, cancellationToken);
        if (result.ExitCode != 0)
        {
            throw new DistributedApplicationException($"The data folder of '{resourceName}' cannot be created: {Path.GetFileName(program)} says: {result.Failure}");
        }
    }

    private ProgramCall Call(string program, IReadOnlyList<string> arguments) => new(program, arguments, folders.Owner) { WorkingDirectory = Path.GetTempPath() };

    private static string Literal(string text) => $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";

    private static string Identifier(string text) => $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
