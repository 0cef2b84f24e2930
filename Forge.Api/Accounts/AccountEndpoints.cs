using System.Security.Claims;
using Forge.Api.Lanes;
using Forge.Api.Problems;
using Forge.Api.RateLimiting;
using Forge.Contracts;
using Microsoft.AspNetCore.Authentication.BearerToken;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;

namespace Forge.Api.Accounts;

internal static class AccountEndpoints
{
    public static void MapAccounts(this IEndpointRouteBuilder routes)
    {
        var accounts = routes.MapGroup("").WithTags("Accounts");
        accounts.MapGet("/users/me", GetOwnUser).WithSummary("Read your own account");
        accounts.MapGet("/users/{id:guid}", GetUser).WithSummary("Read an account: its owner and administrators only");

        var anonymous = accounts.MapGroup("").AllowAnonymous().RequireAnonymousRateLimit().ProducesProblem(StatusCodes.Status429TooManyRequests);
        anonymous.MapPost("/register", Register)
            .WithSummary("Create an account; the welcome email and the audit line follow after the response")
            .InLane(Lane.PostResponse)
            .RequirePostResponseCapacity(tasks: 2)
            .ProducesProblem(StatusCodes.Status409Conflict)
            .ProducesProblem(StatusCodes.Status503ServiceUnavailable);
        anonymous.MapPost("/login", LogIn)
            .WithSummary("Sign in")
            .Produces<TokenResponse>()
            .ProducesProblem(StatusCodes.Status401Unauthorized)
            .ProducesProblem(StatusCodes.Status503ServiceUnavailable);
        anonymous.MapPost("/refresh", Refresh)
            .WithSummary("Exchange a refresh token for new tokens")
            .Produces<TokenResponse>()
            .ProducesProblem(StatusCodes.Status401Unauthorized);
    }

    private static async Task<Results<Created<RegisterResponse>, ValidationProblem, ProblemHttpResult>> Register(
        RegisterRequest request, AccountService accounts, CancellationToken cancellationToken)
    {
        var errors = RegistrationRules.Check(request);
        if (errors.Any)
        {
            return errors.ToProblem();
        }

        if (await accounts.RegisterAsync(request, cancellationToken) is not { } id)
        {
            return TypedResults.Problem(
                "An account with this email exists. Sign in with it, or register another address.",
                statusCode: StatusCodes.Status409Conflict,
                title: "The email is taken.");
        }

        return TypedResults.Created(
            $"/forge/users/{id}",
            new RegisterResponse(id, "created", "Registration complete. Welcome email is on its way."));
    }

    private static async Task<Results<SignInHttpResult, ValidationProblem, ProblemHttpResult>> LogIn(
        LoginRequest request, AccountService accounts, HttpResponse response, CancellationToken cancellationToken)
    {
        var errors = new FieldErrors();
        errors.Add("email", string.IsNullOrEmpty(request.Email) ? "Give the email of the account." : null);
        errors.Add("password", string.IsNullOrEmpty(request.Password) ? "Give the password of the account." : null);
        if (errors.Any)
        {
            return errors.ToProblem();
        }

        switch (await accounts.SignInAsync(request.Email, request.Password, cancellationToken))
        {
            case LoginResult.SignedIn(var user):
                return SignIn(user);
            case LoginResult.TooManyFailures(var retryAfter):
                response.SetRetryAfter(retryAfter);
                return TypedResults.Problem(
                    "Too many logins to this account failed. Try again after the time that Retry-After says.",
                    statusCode: StatusCodes.Status429TooManyRequests);
            default:
                return TypedResults.Problem(
                    "The email or the password is wrong. Correct them, or register first.",
                    statusCode: StatusCodes.Status401Unauthorized);
        }
    }

    private static async Task<Results<SignInHttpResult, ValidationProblem, ProblemHttpResult>> Refresh(
        RefreshRequest request, UserTable users, IOptionsMonitor<BearerTokenOptions> bearer, TimeProvider timeProvider, CancellationToken cancellationToken)
    {
        if (string.IsNullOrEmpty(request.RefreshToken))
        {
            return FieldErrors.Problem("refreshToken", "Give the refresh token that came with the access token.");
        }

        var ticket = bearer.Get(BearerTokenDefaults.AuthenticationScheme).RefreshTokenProtector.Unprotect(request.RefreshToken);
        if (ticket?.Properties.ExpiresUtc > timeProvider.GetUtcNow()
            && ticket.Principal.FindUserId() is { } id
            && await users.FindAsync(id, cancellationToken) is { } user
            && ticket.Principal.IsCurrent(user))
        {
            return SignIn(user);
        }

        return TypedResults.Problem(
            "The refresh token is not valid, or not any more. Sign in with POST /forge/login.",
            statusCode: StatusCodes.Status401Unauthorized);
    }

    private static Task<Results<Ok<UserResponse>, ProblemHttpResult>> GetOwnUser(ClaimsPrincipal caller, UserTable users, CancellationToken cancellationToken) =>
        GetUser(caller.GetUserId(), caller, users, cancellationToken);

    private static async Task<Results<Ok<UserResponse>, ProblemHttpResult>> GetUser(
        Guid id, ClaimsPrincipal caller, UserTable users, CancellationToken cancellationToken)
    {
        var mayRead = caller.GetUserId() == id || caller.IsAdmin();
        return mayRead && await users.FindAsync(id, cancellationToken) is { } user
            ? TypedResults.Ok(new UserResponse(user.Id, user.Email, user.Username, user.IsAdmin, user.CreatedAt))
            : TypedResults.Problem("There is no such account among those you may see.", statusCode: StatusCodes.Status404NotFound);
    }

    private static SignInHttpResult SignIn(User user) =>
        TypedResults.SignIn(ForgePrincipal.Create(user), authenticationScheme: BearerTokenDefaults.AuthenticationScheme);
}
