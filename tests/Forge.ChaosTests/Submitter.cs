using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Json;

namespace Forge.ChaosTests;

/// <summary>Sixteen callers of the API. What they were answered 202 for is promised; a call that fails promises nothing, and another job takes its place.</summary>
/// <param name="api">The API.</param>
/// <param name="longest">How long the longest jobs take, in milliseconds; the others take anything below that.</param>
internal sealed class Submitter(HttpClient api, int longest = 40) : IDisposable
{
    private const int Callers = 16;
    private static readonly TimeSpan PauseAfterFailure = TimeSpan.FromMilliseconds(50);
    private readonly ConcurrentQueue<Guid> _promised = [];
    private readonly SemaphoreSlim _answered = new(0);
    private int _left;

    public IReadOnlyCollection<Guid> Promised => _promised;

    /// <summary>Submits until so many more jobs are promised. Half of them complete in their handlers' transactions. Each is to be promised within two minutes.</summary>
    public async Task SubmitAsync(int count, CancellationToken cancellationToken)
    {
        _left = count;
        await Task.WhenAll(Enumerable.Range(0, Callers).Select(_ => CallAsync(cancellationToken)));
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

    public void Dispose() => _answered.Dispose();

    private async Task CallAsync(CancellationToken cancellationToken)
    {
        while (Interlocked.Decrement(ref _left) is >= 0 and var number)
        {
            await Bounded.WaitAsync(token => PersistAsync(number, token), Awaited, cancellationToken);
        }
    }

    private async Task PersistAsync(int number, CancellationToken cancellationToken)
    {
        while (!await TryAsync(number, cancellationToken))
        {
            await Task.Delay(PauseAfterFailure, cancellationToken);
        }
    }

    private async Task<bool> TryAsync(int number, CancellationToken cancellationToken)
    {
        try
        {
            var kind = number % 2 == 0 ? "chaos.transactional" : "chaos.outside";
            using var answer = await api.PostAsJsonAsync($"/jobs/{kind}", new { Milliseconds = number * 7 % longest }, cancellationToken);
            if (answer.StatusCode is not HttpStatusCode.Accepted)
            {
                return false;
            }

            _promised.Enqueue(await answer.Content.ReadFromJsonAsync<Guid>(cancellationToken));
            _answered.Release();
            return true;
        }
        catch (HttpRequestException)
        {
            // Killed before its answer: whether the job is stored is not known, and nobody was promised anything.
            return false;
        }
    }

    private string Awaited() => $"a job that the API takes. {_promised.Count} are promised";
}
