using System.Globalization;

namespace Forge.Jobs.Benchmarks;

/// <summary>What to measure, where and how often.</summary>
internal sealed record Settings(string Postgres, string Redis, string[] Systems, string[] Measures, int Rounds, double Scale, int? PostgresProcess)
{
    public const string Usage =
        """
        Usage: Forge.Jobs.Benchmarks [--systems forge,hangfire-postgres,hangfire-redis] [--rounds 3] [--scale 1]
               [--measures single,bulk,drain,together,pickup,history,idle]
               [--postgres <connection string, or POSTGRES>] [--redis <configuration, or REDIS>] [--postgres-process <id of the server, for idle>]
               --measures large, alone: statements beside 10,000,000 finished and 1,000,000 waiting jobs; it empties the database's jobs
        Each figure is a line of JSON on the standard output; remarks go to the standard error. --scale 0.1 takes a tenth of the jobs.
        """;

    private static readonly string[] AllMeasures = ["single", "bulk", "drain", "together", "pickup", "history", "idle"];

    public static Settings? Parse(string[] arguments)
    {
        var given = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var i = 0; i + 1 < arguments.Length; i += 2)
        {
            given[arguments[i].TrimStart('-')] = arguments[i + 1];
        }

        var postgres = given.GetValueOrDefault("postgres") ?? Environment.GetEnvironmentVariable("POSTGRES");
        var redis = given.GetValueOrDefault("redis") ?? Environment.GetEnvironmentVariable("REDIS");
        return arguments.Length % 2 != 0 || postgres is null || redis is null
            ? null
            : new Settings(
                postgres,
                redis,
                given.GetValueOrDefault("systems")?.Split(',') ?? ["forge"],
                given.GetValueOrDefault("measures")?.Split(',') ?? AllMeasures,
                int.Parse(given.GetValueOrDefault("rounds", "3"), CultureInfo.InvariantCulture),
                double.Parse(given.GetValueOrDefault("scale", "1"), CultureInfo.InvariantCulture),
                given.TryGetValue("postgres-process", out var process) ? int.Parse(process, CultureInfo.InvariantCulture) : null);
    }

    /// <summary>A number of jobs, scaled, and cut to the system's share.</summary>
    public int Jobs(int count, double share = 1) => Math.Max(64, (int)(count * Scale * share));
}
