using Forge.Jobs.Benchmarks;
using Forge.Jobs.Benchmarks.Systems;

if (Settings.Parse(args) is not { } settings)
{
    Console.Error.WriteLine(Settings.Usage);
    return 2;
}

if (settings.Measures is ["large"])
{
    await using var large = new LargeTable(settings);
    await large.RunAsync();
    return 0;
}

var systems = new List<IJobSystem>();
foreach (var name in settings.Systems)
{
    systems.Add(name switch
    {
        "forge" => new ForgeSystem(settings.Postgres, settings.Redis),
        "hangfire-postgres" => new HangfirePostgresSystem(settings.Postgres),
        "hangfire-redis" => new HangfireRedisSystem(settings.Redis),
        _ => throw new ArgumentException($"The system '{name}' is not known here."),
    });
}

foreach (var system in systems)
{
    await Measurements.WarmUpAsync(system, settings);
}

// Each round takes every measure of every system once, so that a slow minute hits all of them.
for (var round = 1; round <= settings.Rounds; round++)
{
    foreach (var measure in settings.Measures)
    {
        foreach (var system in systems)
        {
            foreach (var (name, unit, value) in await Measurements.TakeAsync(measure, system, settings))
            {
                Report.Write(new Figure(system.Name, name, unit, value, round));
            }
        }
    }
}

foreach (var system in systems)
{
    await system.DisposeAsync();
}

return 0;
