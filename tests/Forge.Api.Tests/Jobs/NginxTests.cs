using System.Diagnostics;
using System.Net.Http.Headers;
using Forge.TestServers;

namespace Forge.Api.Tests.Jobs;

/// <summary>The event stream behind a real nginx that has nothing but <c>proxy_pass</c>.</summary>
public sealed class NginxTests(JobsApi api) : JobsTest(api)
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task Follow_ThroughNginx_GetsEachEventWhenItHappens()
    {
        using var client = await SignUpAsync();
        await using var nginx = await Nginx.StartAsync(client.BaseAddress!);
        using var proxied = new HttpClient { BaseAddress = nginx.Address };
        proxied.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", client.DefaultRequestHeaders.Authorization!.Parameter);
        var job = await EnqueueAsync(client, Gated);

        using var response = await proxied.GetAsync($"/forge/jobs/{job.Id}/events", HttpCompletionOption.ResponseHeadersRead, Cancellation).WaitAsync(Soon, Cancellation);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(Cancellation));

        // The job cannot end before its gate opens, so what is read until then was not kept back.
        await ReadUntilAsync(reader, "\"state\":\"running\"");
        Gate.Report(job.Id, 40);
        await ReadUntilAsync(reader, "\"progress\":40");
        Gate.Finish(job.Id);
        await ReadUntilAsync(reader, "event: end");
    }

    private static async Task ReadUntilAsync(StreamReader reader, string text)
    {
        string? line;
        do
        {
            line = await reader.ReadLineAsync(Cancellation).AsTask().WaitAsync(Soon, Cancellation);
            Assert.NotNull(line);
        }
        while (!line.Contains(text, StringComparison.Ordinal));
    }

    private sealed class Nginx : IAsyncDisposable
    {
        private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("forge-nginx-");
        private readonly Process _process;

        private Nginx(string program, Uri upstream)
        {
            Address = new Uri($"http://127.0.0.1:{LocalPort.Free()}");
            var configuration = Path.Combine(_folder.FullName, "nginx.conf");
            File.WriteAllText(configuration, $$"""
                daemon off;
                master_process off;
                pid nginx.pid;
                error_log stderr;
                events { }
                http {
                    access_log off;
                    client_body_temp_path body;
                    proxy_temp_path proxy;
                    fastcgi_temp_path fastcgi;
                    uwsgi_temp_path uwsgi;
                    scgi_temp_path scgi;
                    server {
                        listen 127.0.0.1:{{Address.Port}};
                        location / { proxy_pass http://127.0.0.1:{{upstream.Port}}; }
                    }
                }
                """);
            _process = Process.Start(program, ["-p", _folder.FullName, "-c", configuration, "-e", "stderr"]);
        }

        public Uri Address { get; }

        public static async Task<Nginx> StartAsync(Uri upstream)
        {
            var program = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Append("/usr/sbin")
                .Select(folder => Path.Combine(folder, "nginx")).FirstOrDefault(File.Exists);
            Assert.SkipWhen(program is null, "Needs nginx.");
            var nginx = new Nginx(program, upstream);
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
            limit.CancelAfter(Soon);
            await LocalPort.WaitForAsync(nginx.Address.Port, nginx._process, limit.Token);
            return nginx;
        }

        public async ValueTask DisposeAsync()
        {
            _process.Kill();
            await _process.WaitForExitAsync(CancellationToken.None);
            _process.Dispose();
            _folder.Delete(recursive: true);
        }
    }
}
