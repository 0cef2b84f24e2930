using Aspire.Dashboard.Hosting;
using Aspire.Hosting.Output;
using Microsoft.Extensions.Logging;

namespace Aspire.Dashboard.Access;

/// <summary>
/// The link by which a browser gets in. A token that was made here lets one browser in; then the next link is shown. A token that was
/// configured stays, as with Aspire: whoever sets one wants to know it beforehand.
/// </summary>
internal sealed partial class LoginLink(DashboardSettings settings, ILogger<LoginLink> logger, ConsoleOutput? output = null)
{
    private readonly Lock _lock = new();
    private SecretKey _token = new(settings.BrowserToken ?? SecretKey.NewText());

    /// <summary>The link as it is now.</summary>
    public string Url
    {
        get
        {
            lock (_lock)
            {
                return $"{settings.FrontendUrl.GetLeftPart(UriPartial.Authority)}/login?t={_token.Text}";
            }
        }
    }

    /// <summary>Shows the link to whoever started the AppHost.</summary>
    public void Show()
    {
        if (settings.HidesLoginLink)
        {
            return;
        }

        if (output is null)
        {
            LogLink(Url);
        }
        else
        {
            output.WriteLine($"Login to the dashboard at {Url}");
        }
    }

    /// <summary>Whether a token is the right one. It is used up by this, unless it was configured.</summary>
    public bool TryUse(string? token)
    {
        lock (_lock)
        {
            if (!_token.Matches(token))
            {
                return false;
            }

            if (settings.BrowserToken is not null)
            {
                return true;
            }

            _token = new SecretKey(SecretKey.NewText());
        }

        Show();
        return true;
    }

    [LoggerMessage(1, LogLevel.Information, "Login to the dashboard at {Url}")]
    private partial void LogLink(string url);
}
