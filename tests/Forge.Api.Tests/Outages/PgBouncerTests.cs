using System.Net;
using System.Net.Http.Json;
using Forge.Api.Tests.Infrastructure;
using Forge.Api.Tests.Jobs;
using Forge.Contracts;
using Forge.TestServers;
using Npgsql;

namespace Forge.Api.Tests.Outages;

/// <summary>API and worker behind a real PgBouncer with its defaults.</summary>
public sealed class PgBouncerTests(Stores stores)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task ApiAndWorker_BehindPgBouncer_StartAndDoTheirWork()
    {
        await using var pooler = await PgBouncer.StartAsync(await stores.CreateDatabaseAsync(), Cancellation);
        Assert.SkipWhen(pooler is null, "Needs pgbouncer.");

        // In session mode each connection of either holds one of the 20 that PgBouncer has by default.
        var api = new JobsApi(stores, new NpgsqlConnectionStringBuilder(pooler.ConnectionString) { MaxPoolSize = 8 }.ConnectionString);
        await api.InitializeAsync();
        await using (api)
        {
            var jobs = new Jobs(api);

            await jobs.RunAllAsync();
        }
    }

    private sealed class Jobs(JobsApi api) : JobsTest(api)
    {
        public async Task RunAllAsync()
        {
            using var client = await SignUpAsync();
            var plain = await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => EnqueueAsync(client, Noop)));
            var keyed = await EnqueueAsync(client, """{"kind":"demo.noop","payload":{},"uniqueKey":"k"}""");
            var file = await EnqueueAsync(client, """{"kind":"report.generate","payload":{"reportId":"r","pages":1}}""");
            foreach (var job in (JobResponse[])[.. plain, keyed, file])
            {
                await WaitForAsync(client, job.Id, "completed");
            }

            using var payment = await client.PostAsJsonAsync("/forge/payments", new PaymentRequest("o-1", 12.5m, "EUR"), PgBouncerTests.Cancellation);
            using var upload = await client.PostAsync("/forge/imports", Content.File("a.csv", "sold_on,region,product,quantity,unit_price\n"u8.ToArray()), PgBouncerTests.Cancellation);
            using var health = await client.GetAsync("/health", PgBouncerTests.Cancellation);

            Assert.Equal(
                (HttpStatusCode.Accepted, HttpStatusCode.Accepted, HttpStatusCode.OK),
                (payment.StatusCode, upload.StatusCode, health.StatusCode));
        }
    }
}
