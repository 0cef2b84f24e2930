using System.Net;
using System.Text;

namespace Forge.Api.Tests.Infrastructure;

/// <summary>Answers what the API asks of the outside world over HTTP; anything that a test did not expect fails.</summary>
public sealed class FakeSandbox
{
    private int _requests;

    public int Requests => _requests;

    public Func<HttpRequestMessage, CancellationToken, Task<HttpResponseMessage>> Answer { get; set; } =
        (request, _) => throw new InvalidOperationException($"No test expects {request.Method} {request.RequestUri}.");

    public void AnswerWith(HttpStatusCode status, string json = "{}") =>
        Answer = (_, _) => Task.FromResult(new HttpResponseMessage(status) { Content = new StringContent(json, Encoding.UTF8, "application/json") });

    public HttpMessageHandler CreateHandler() => new Handler(this);

    private sealed class Handler(FakeSandbox sandbox) : HttpMessageHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref sandbox._requests);
            var response = await sandbox.Answer(request, cancellationToken);
            response.RequestMessage = request;
            return response;
        }
    }
}
