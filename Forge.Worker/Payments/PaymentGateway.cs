using System.Net;
using System.Net.Http.Headers;
using Forge.Data.Payments;
using Forge.Jobs;

namespace Forge.Worker.Payments;

/// <summary>Asks the gateway for the money and sorts its answers into yes, no, and ask again.</summary>
internal sealed class PaymentGateway(ISandboxPayments sandbox, TimeProvider timeProvider)
{
    private static readonly TimeSpan LongestPause = TimeSpan.FromHours(1);

    /// <summary>
    /// Takes the money, once however often it is called: the payment's id is the key that the gateway recognizes a repetition by. Cannot be cancelled, since the
    /// money may be taken by then: the client's <see cref="PaymentOptions.TotalTimeout"/> is what bounds it.
    /// </summary>
    /// <returns>The gateway's name for the capture.</returns>
    /// <exception cref="PaymentDeclinedException">The gateway said no, and would say it again.</exception>
    /// <exception cref="RetryAfterException">The gateway said when to ask again.</exception>
    /// <exception cref="HttpRequestException">The gateway failed or did not answer. The money may have been taken all the same.</exception>
    public async Task<string> CaptureAsync(Payment payment)
    {
        var request = new CaptureRequest(payment.OrderId, payment.Amount, payment.Currency);
        using var answer = await sandbox.CaptureAsync(request, payment.Id.ToString(), CancellationToken.None);
        if (answer.IsSuccessfulWithContent)
        {
            return answer.Content.CaptureId;
        }

        if (answer.StatusCode is not { } status)
        {
            throw new HttpRequestException("The payment gateway did not answer.", answer.Error);
        }

        if (IsNo(status))
        {
            throw new PaymentDeclinedException($"The payment gateway declined the payment (status {(int)status}).");
        }

        var message = $"The payment gateway answered with the status {(int)status}.";
        throw PauseAskedFor(answer.Headers?.RetryAfter) is { } pause
            ? new RetryAfterException(pause, message, answer.Error)
            : new HttpRequestException(message, answer.Error, status);
    }

    // A 4xx is about the payment, except where it is about us (credentials, address) or about the moment; those are asked again.
    private static bool IsNo(HttpStatusCode status) =>
        (int)status is >= 400 and < 500
        && status is not (HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden or HttpStatusCode.NotFound or HttpStatusCode.MethodNotAllowed
            or HttpStatusCode.RequestTimeout or HttpStatusCode.Conflict or (HttpStatusCode)425 or HttpStatusCode.TooManyRequests);

    private TimeSpan? PauseAskedFor(RetryConditionHeaderValue? retryAfter)
    {
        var pause = retryAfter?.Delta ?? (retryAfter?.Date - timeProvider.GetUtcNow());
        return pause is { } asked ? TimeSpan.FromTicks(Math.Clamp(asked.Ticks, 0, LongestPause.Ticks)) : null;
    }
}
