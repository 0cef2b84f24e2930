namespace Forge.Api.Accounts;

internal abstract record LoginResult
{
    private LoginResult()
    {
    }

    public sealed record SignedIn(User User) : LoginResult;

    public sealed record Rejected : LoginResult;

    public sealed record TooManyFailures(TimeSpan RetryAfter) : LoginResult;
}
