using System.Diagnostics;
using System.Globalization;
using Forge.TestServers;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using StackExchange.Redis;

namespace Forge.Jobs.Tests;

/// <summary>A <c>redis-server</c> of a test, which it may bring into any state. On Debian it comes with the package <c>redis-server</c>.</summary>
internal sealed class RedisProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly ConnectionMultiplexer _admin;

    private RedisProcess(Process process, ConnectionMultiplexer admin, string address)
    {
        _process = process;
        _admin = admin;
        Address = address;
    }

    public string Address { get; }

    public static async Task<RedisProcess> StartAsync()
    {
        while (true)
        {
            // Another process may take the port before the server has it. Then it ends at once.
            if (await TryStartAsync(LocalPort.Free()) is { } server)
            {
                return server;
            }
        }
    }

    private static async Task<RedisProcess?> TryStartAsync(int port)
    {
        var process = Process.Start(new ProcessStartInfo(
            "redis-server", ["--port", port.ToString(CultureInfo.InvariantCulture), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--daemonize", "no"])
        {
            RedirectStandardOutput = true,
        })!;
        process.BeginOutputReadLine();
        var address = $"127.0.0.1:{port}";
        var admin = await ConnectionMultiplexer.ConnectAsync($"{address},allowAdmin=true,abortConnect=false,connectTimeout=1000");
        while (!admin.IsConnected)
        {
            if (process.HasExited)
            {
                await admin.DisposeAsync();
                process.Dispose();
                return null;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(50));
        }

        var info = (await admin.GetDatabase().ExecuteAsync("info", "server")).ToString();
        if (!info.Contains($"process_id:{process.Id.ToString(CultureInfo.InvariantCulture)}", StringComparison.Ordinal))
        {
            // The server of another test has the port.
            await admin.DisposeAsync();
            await process.WaitForExitAsync();
            process.Dispose();
            return null;
        }

        return new RedisProcess(process, admin, address);
    }

    public Task ExecuteAsync(string command, params object[] arguments) => _admin.GetDatabase().ExecuteAsync(command, arguments);

    /// <summary>Has a program use it, as a user of that name and password if there is one.</summary>
    public void Lead(HostApplicationBuilder builder, string? user = null) => builder.Services.AddSingleton<IConnectionMultiplexer>(_ =>
        ConnectionMultiplexer.Connect(user is null ? $"{Address},abortConnect=false" : $"{Address},abortConnect=false,user={user},password={user}"));

    public async ValueTask DisposeAsync()
    {
        await _admin.DisposeAsync();
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }
}
