namespace Forge.Contracts;

public sealed record RegisterRequest(string Email, string Username, string? Password = null);

public sealed record RegisterResponse(Guid Id, string Status, string Detail);

public sealed record LoginRequest(string Email, string Password);

public sealed record RefreshRequest(string RefreshToken);

public sealed record TokenResponse(string TokenType, string AccessToken, long ExpiresIn, string RefreshToken);

public sealed record UserResponse(Guid Id, string Email, string Username, bool IsAdmin, DateTimeOffset CreatedAt);
