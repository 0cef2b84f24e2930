using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;

namespace Forge.ChaosTests.Scenarios;

public sealed class PaymentTests(Scorecard scorecard) : Scenario(scorecard)
{
    private const int Callers = 16;
    private const int GatewayDelay = 100;
    private const string Unsettled = "select count(*) from payments where state <> 'captured'";

    // What would be there twice, or half: a payment without a job or the other way round, and other than two entries in the ledger.
    private const string Inconsistent =
        """
        select (select count(*) from payments p where not exists (select from jobs.job j where j.id = p.job_id))
             + (select count(*) from jobs.job j where j.kind = 'payment.capture' and not exists (select from payments p where p.job_id = j.id))
             + (select count(*) from payments p where (select count(*) from ledger_entries l where l.payment_id = p.id) <> 2)
        """;

    // Forge's handler notes no runs; those that did not complete their jobs say how many there were beyond the first.
    private const string Repeated = "select count(*) from jobs.attempt a join jobs.job j on j.id = a.job_id where j.kind = 'payment.capture' and a.outcome <> 'completed'";
    private const string Unexplained =
        """
        select coalesce(sum(greatest(j.attempt - 1 - (
            select count(*) from jobs.attempt a where a.job_id = j.id and a.outcome not in ('completed', 'handed_back')), 0)), 0)::bigint
        from jobs.job j
        where j.kind = 'payment.capture'
        """;

    private readonly Scorecard _scorecard = scorecard;
    private readonly ConcurrentQueue<string> _promised = [];
    private int _number;

    [Fact]
    public async Task Payment_WhoseGatewayAnsweredBeforeItsWorkerWasKilled_IsCapturedOnce()
    {
        await using var app = await PaymentApp.StartAsync(Token);
        using var client = await app.SignInAsync(Token);
        await app.DelayGatewayAsync(GatewayDelay, Token);
        var placing = Task.WhenAll(Enumerable.Range(0, Callers).Select(_ => PlaceAsync(client)));
        var unbooked = 0L;
        for (var round = 0; round < Scale.Rounds; round++)
        {
            await Eventually.GetAsync(async token => (await app.CapturedOrdersAsync(token)).Count, count => count > Scale.Jobs * (round + 1) / (Scale.Rounds + 2), "captures at the gateway");
            // The gateway has taken the money of more payments than are booked: some worker waits for its answer.
            unbooked += await Eventually.GetAsync(
                async token => (await app.CapturedOrdersAsync(token)).Count - await app.CountAsync("select count(*) from payments where state = 'captured'", token),
                ahead => ahead > 0,
                "captures that are not booked yet");
            await app.Worker.EndAsync(UnixSignal.Kill, Token);
            await app.Api.EndAsync(UnixSignal.Kill, Token);
            await app.Worker.StartAsync(Token);
            await app.StartApiAsync(Token);
        }

        await placing;
        await Eventually.GetAsync(token => app.CountAsync(Unsettled, token), count => count == 0, "the capture of all payments");

        var captured = await app.CapturedOrdersAsync(Token);
        var tally = new Tally(
            _promised.Count,
            Lost: _promised.Except(captured).Count(),
            RepeatedRuns: await app.CountAsync(Repeated, Token),
            UnexplainedRuns: await app.CountAsync(Unexplained, Token),
            RepeatedAttempts: 0,
            DuplicateEffects: captured.Count - captured.Distinct().Count() + await app.CountAsync(Inconsistent, Token));
        _scorecard.Note($"payments: worker killed before booking, {Scale.Times}", tally, null, $"{unbooked} captures not booked yet, the API killed as well");
        tally.AssertIsClean();
        Assert.True(tally.RepeatedRuns > 0, "No payment was interrupted.");
    }

    private async Task PlaceAsync(HttpClient client)
    {
        while (Interlocked.Increment(ref _number) is var number && number <= Scale.Jobs)
        {
            // A caller that got no answer asks again with its key: one payment, however often it asks.
            var order = string.Create(CultureInfo.InvariantCulture, $"order-{number}");
            await Bounded.WaitAsync(token => PersistAsync(client, order, token), () => $"the API takes the payment of {order}", Token);
            _promised.Enqueue(order);
        }
    }

    private static async Task PersistAsync(HttpClient client, string order, CancellationToken cancellationToken)
    {
        while (!await TryPlaceAsync(client, order, cancellationToken))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(50), cancellationToken);
        }
    }

    private static async Task<bool> TryPlaceAsync(HttpClient client, string order, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/forge/payments")
        {
            Content = JsonContent.Create(new { OrderId = order, Amount = 12.5m, Currency = "EUR" }),
            Headers = { { "Idempotency-Key", order } },
        };
        try
        {
            using var answer = await client.SendAsync(request, cancellationToken);
            return answer.StatusCode is HttpStatusCode.Accepted;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
