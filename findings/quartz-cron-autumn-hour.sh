#!/usr/bin/env bash
# Quartz 4.7.3: the same two times of day, written as a list and as a step, fire differently in the hour that the clock runs twice.
# Europe/Berlin, 25 October 2026: 02:00 to 03:00 comes twice. "0 0,30 2 * * ?" fires 2 times, "0 0/30 2 * * ?" 4 times.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

cat >probe.csproj <<'XML'
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup><OutputType>Exe</OutputType><TargetFramework>net10.0</TargetFramework><ImplicitUsings>enable</ImplicitUsings></PropertyGroup>
  <ItemGroup><PackageReference Include="Quartz" Version="4.7.3" /></ItemGroup>
</Project>
XML
cat >Program.cs <<'CS'
using Quartz;

var berlin = TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin");
foreach (var rule in new[] { "0 0,30 2 * * ?", "0 0/30 2 * * ?" })
{
    var fires = new List<string>();
    var end = new DateTimeOffset(2026, 10, 25, 3, 0, 0, TimeSpan.Zero);
    DateTimeOffset? at = new DateTimeOffset(2026, 10, 24, 22, 0, 0, TimeSpan.Zero);
    while ((at = new CronExpression(rule, berlin).GetNextValidTimeAfter(at.Value)) < end)
    {
        fires.Add(TimeZoneInfo.ConvertTime(at.Value, berlin).ToString("HH:mmzzz"));
    }

    Console.WriteLine($"{rule} -> {string.Join(' ', fires)}");
}
CS

seen=$(dotnet run -v q)
expected='0 0,30 2 * * ? -> 02:00+02:00 02:30+02:00
0 0/30 2 * * ? -> 02:00+02:00 02:30+02:00 02:00+01:00 02:30+01:00'
echo "Quartz 4.7.3:"
echo "$seen"
[ "$seen" = "$expected" ] || { echo "This has changed. It was:"; echo "$expected"; exit 1; }
