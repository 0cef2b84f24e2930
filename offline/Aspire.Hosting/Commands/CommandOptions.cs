namespace Aspire.Hosting.ApplicationModel;

/// <summary>How a command is shown, and when.</summary>
public class CommandOptions
{
    /// <summary>What it does.</summary>
    public string? Description { get; set; }

    /// <summary>What to ask before; null to ask nothing.</summary>
    public string? ConfirmationMessage { get; set; }

    /// <summary>The icon (a Fluent UI name).</summary>
    public string? IconName { get; set; }

    /// <summary>How the icon is drawn.</summary>
    public IconVariant? IconVariant { get; set; }

    /// <summary>Whether it is shown before the others.</summary>
    public bool IsHighlighted { get; set; }

    /// <summary>Says whether it can be asked for; null for always.</summary>
    public Func<UpdateCommandStateContext, ResourceCommandState>? UpdateState { get; set; }
}

/// <summary>How a command that is an HTTP request is sent.</summary>
public class HttpCommandOptions : CommandOptions
{
    /// <summary>The method; POST by default.</summary>
    public HttpMethod? Method { get; set; }

    /// <summary>The name of the HTTP client that sends it.</summary>
    public string? HttpClientName { get; set; }

    /// <summary>Chooses the endpoint; null for the one named in the call.</summary>
    public Func<EndpointReference>? EndpointSelector { get; set; }

    /// <summary>Completes the request.</summary>
    public Func<HttpCommandRequestContext, Task>? PrepareRequest { get; set; }

    /// <summary>Judges the answer; null for success on any 2xx.</summary>
    public Func<HttpCommandResultContext, Task<ExecuteCommandResult>>? GetCommandResult { get; set; }
}

/// <summary>An HTTP command's request before it is sent.</summary>
public sealed class HttpCommandRequestContext
{
    /// <summary>The application's services.</summary>
    public required IServiceProvider ServiceProvider { get; init; }

    /// <summary>The id of the process that is asked.</summary>
    public required string ResourceName { get; init; }

    /// <summary>Where it goes.</summary>
    public required EndpointReference Endpoint { get; init; }

    /// <summary>What sends it.</summary>
    public required HttpClient HttpClient { get; init; }

    /// <summary>The request.</summary>
    public required HttpRequestMessage Request { get; init; }

    /// <summary>Cancelled when nobody waits for the answer.</summary>
    public required CancellationToken CancellationToken { get; init; }
}

/// <summary>An HTTP command's answer.</summary>
public sealed class HttpCommandResultContext
{
    /// <summary>The application's services.</summary>
    public required IServiceProvider ServiceProvider { get; init; }

    /// <summary>The id of the process that was asked.</summary>
    public required string ResourceName { get; init; }

    /// <summary>Where it went.</summary>
    public required EndpointReference Endpoint { get; init; }

    /// <summary>What sent it.</summary>
    public required HttpClient HttpClient { get; init; }

    /// <summary>The answer.</summary>
    public required HttpResponseMessage Response { get; init; }

    /// <summary>Cancelled when nobody waits for the answer.</summary>
    public required CancellationToken CancellationToken { get; init; }
}
