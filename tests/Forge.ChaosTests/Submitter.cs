using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Json;

namespace Forge.ChaosTests;

/// <summary>Sixteen callers of the API. What they were answered 202 for is promised; a call that fails promises nothing, is counted, and another job takes its place.</summary>
/// <param name="api">The API.</param>
/// <param name="longest">How long the longest jobs take, in milliseconds; the others take anything below that.</param>
internal sealed class Submitter(HttpClient api, int longest = 40) : IDisposable
{
    private const int Callers = 16;
    private static readonly TimeSpan PauseAfterFailure = TimeSpan.FromMilliseconds(50);
    private readonly ConcurrentQueue<Guid> _promised = [];
    private readonly SemaphoreSlim _answered = new(0);
    private int _left;
    private int _refused;
    private int _unanswered;

    public IReadOnlyCollection<Guid> Promised => _promised;

    /// <summary>Calls that were answered with anything but 202.</summary>
    public int Refused => _refused;

    /// <summary>Calls that got no answer.</summary>
    public int Unanswered => _unanswered;

    /// <summary>Submits until so many more jobs are promised. Half of them complete in their handlers' transactions. Each is to be promised within two minutes.</summary>
    public async Task SubmitAsync(int count, CancellationToken cancellationToken)
    {
        _left = count;
        await Task.WhenAll(Enumerable.Range(0, Callers).Select(_ => CallAsync(cancellationToken)));
    }

    /// <summary>Submits one job that heeds its token.</summary>
    public async Task<Guid> SubmitOneAsync(TimeSpan duration, CancellationToken cancellationToken)
    {
        Guid? id = null;
        await Bounded.WaitAsync(
            async token => id = await TryAsync("chaos.outside", (int)duration.TotalMilliseconds, token), Awaited, cancellationToken);
        return id ?? throw new InvalidOperationException("The API did not take the job.");
    }

    /// <summary>Submits the job that ends its workers. Nobody is promised its completion.</summary>
    public async Task<Guid> SubmitKillerAsync(TimeSpan duration, CancellationToken cancellationToken)
    {
        using var answer = await api.PostAsJsonAsync("/jobs/chaos.killer", new { Milliseconds = (int)duration.TotalMilliseconds }, cancellationToken);
        answer.EnsureSuccessStatusCode();
        return await answer.Content.ReadFromJsonAsync<Guid>(cancellationToken);
    }

    /// <summary>Returns at the moment of the first answer after so many.</summary>
    public Task WaitForAnswerAsync(int count, CancellationToken cancellationToken) => Bounded.WaitAsync(
        async token =>
        {
            do
            {
                await _answered.WaitAsync(token);
            }
            while (_promised.Count <= count);
        },
        () => $"more than {count} promised jobs. {Awaited()}",
        cancellationToken);

    /// <summary>Asserts that the API took every job at the first call.</summary>
    public void AssertNothingRefused() => Assert.Equal((0, 0), (_refused, _unanswered));

    public void Dispose() => _answered.Dispose();

    private async Task CallAsync(CancellationToken cancellationToken)
    {
        while (Interlocked.Decrement(ref _left) is >= 0 and var number)
        {
            var kind = number % 2 == 0 ? "chaos.transactional" : "chaos.outside";
            await Bounded.WaitAsync(token => PersistAsync(kind, number * 7 % longest, token), Awaited, cancellationToken);
        }
    }

    private async Task PersistAsync(string kind, int milliseconds, CancellationToken cancellationToken)
    {
        while (await TryAsync(kind, milliseconds, cancellationToken) is null)
        {
            await Task.Delay(PauseAfterFailure, cancellationToken);
        }
    }

    private async Task<Guid?> TryAsync(string kind, int milliseconds, CancellationToken cancellationToken)
    {
        try
        {
            using var answer = await api.PostAsJsonAsync($"/jobs/{kind}", new { Milliseconds = milliseconds }, cancellationToken);
            if (answer.StatusCode is not HttpStatusCode.Accepted)
            {
                Interlocked.Increment(ref _refused);
                return null;
            }

            var id = await answer.Content.ReadFromJsonAsync<Guid>(cancellationToken);
            _promised.Enqueue(id);
            _answered.Release();
            return id;
        }
        catch (HttpRequestException)
        {
            // Killed before its answer: whether the job is stored is not known, and nobody was promised anything.
            Interlocked.Increment(ref _unanswered);
            return null;
        }
    }

    private string Awaited() => $"a job that the API takes. {_promised.Count} are promised, {_refused} calls were refused, {_unanswered} not answered";
}
