using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Forge.Worker.Tests.Payments;

/// <summary>A payment gateway that answers when the test says so.</summary>
internal sealed class SlowGateway : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    private readonly TaskCompletionSource _asked = new();
    private readonly TaskCompletionSource<IResult> _answer = new();
    private readonly WebApplication _app = WebApplication.CreateSlimBuilder().Build();

    private SlowGateway()
    {
        _app.Urls.Add("http://127.0.0.1:0");
        _app.MapPost("/v1/payments/capture", () =>
        {
            _asked.TrySetResult();
            return _answer.Task;
        });
    }

    public string Address => _app.Urls.Single();

    public static async Task<SlowGateway> StartAsync()
    {
        var gateway = new SlowGateway();
        await gateway._app.StartAsync(TestContext.Current.CancellationToken);
        return gateway;
    }

    public Task WaitUntilAskedAsync() => _asked.Task.WaitAsync(Limit, TestContext.Current.CancellationToken);

    public void SayYes(string captureId) => _answer.TrySetResult(Results.Json(new { captureId }));

    public void SayNo() => _answer.TrySetResult(Results.StatusCode(StatusCodes.Status402PaymentRequired));

    public async ValueTask DisposeAsync()
    {
        SayNo();
        await _app.DisposeAsync();
    }
}
