#!/usr/bin/env bash
# Npgsql 10.0.3: a command on a connection that has gone silent fails long after its Command Timeout, also with Cancellation Timeout=-1, which is
# documented to skip the wait for the cancellation. The cancellation is sent on a connection of its own, whose opening takes one Timeout more,
# and two where SSL is tried first. Command Timeout=2;Timeout=2 takes 4 s with SslMode=Disable and 6 s with SslMode=Prefer, the default.
set -euo pipefail
folder=$(mktemp -d)
programs=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1)
[ -n "$programs" ] || programs=$(dirname "$(command -v initdb)")
as_postgres() { if [ "$(id -u)" = 0 ]; then setpriv --reuid postgres --regid postgres --init-groups "$@"; else "$@"; fi; }
trap 'as_postgres "$programs/pg_ctl" -D "$folder/data" -m immediate stop >/dev/null 2>&1 || true; rm -rf "$folder"' EXIT
mkdir "$folder/probe"
cd "$folder/probe"
[ "$(id -u)" != 0 ] || chown postgres "$folder"
chmod 755 "$folder"

cat >probe.csproj <<'XML'
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup><OutputType>Exe</OutputType><TargetFramework>net10.0</TargetFramework><ImplicitUsings>enable</ImplicitUsings></PropertyGroup>
  <ItemGroup><PackageReference Include="Npgsql" Version="10.0.3" /></ItemGroup>
</Project>
XML
cat >Program.cs <<'CS'
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Npgsql;

var postgres = int.Parse(args[0]);
var isSilent = false;
var relay = new TcpListener(IPAddress.Loopback, 0);
relay.Start();
_ = AcceptAsync();

foreach (var ssl in (string[])["Disable", "Prefer"])
{
    isSilent = false;
    await using var source = NpgsqlDataSource.Create(
        $"Host=127.0.0.1;Port={((IPEndPoint)relay.LocalEndpoint).Port};Username=probe;Database=postgres;SslMode={ssl};Timeout=2;Command Timeout=2;Cancellation Timeout=-1");
    await using var connection = await source.OpenConnectionAsync();
    await using var command = new NpgsqlCommand("SELECT 1", connection);
    await command.ExecuteScalarAsync();
    isSilent = true;
    var start = Stopwatch.GetTimestamp();
    try
    {
        await command.ExecuteScalarAsync();
    }
    catch (NpgsqlException exception)
    {
        Console.WriteLine($"{ssl}: {exception.InnerException?.GetType().Name} after {Stopwatch.GetElapsedTime(start).TotalSeconds:0} s");
    }
}

async Task AcceptAsync()
{
    while (true)
    {
        var client = await relay.AcceptTcpClientAsync();
        var server = new TcpClient();
        await server.ConnectAsync(IPAddress.Loopback, postgres);
        _ = CopyAsync(client.GetStream(), server.GetStream());
        _ = CopyAsync(server.GetStream(), client.GetStream());
    }
}

// What comes in the silence is read and goes nowhere, as when a network drops it.
async Task CopyAsync(Stream from, Stream to)
{
    var buffer = new byte[8192];
    for (int count; (count = await from.ReadAsync(buffer)) > 0;)
    {
        if (!isSilent)
        {
            await to.WriteAsync(buffer.AsMemory(0, count));
        }
    }
}
CS

port=$((20000 + RANDOM % 10000))
as_postgres "$programs/initdb" -D "$folder/data" -U probe -A trust --no-sync >/dev/null
as_postgres "$programs/pg_ctl" -D "$folder/data" -w -l "$folder/data/log" -o "-p $port -h 127.0.0.1 -k $folder/data" start >/dev/null
seen=$(dotnet run -v q -- "$port")
expected='Disable: TimeoutException after 4 s
Prefer: TimeoutException after 6 s'
echo "Npgsql 10.0.3:"
echo "$seen"
[ "$seen" = "$expected" ] || { echo "This has changed. It was:"; echo "$expected"; exit 1; }
