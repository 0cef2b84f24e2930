using Npgsql;

namespace Forge.Api.Accounts;

/// <summary>The statements on <c>users</c>.</summary>
internal sealed class UserTable(NpgsqlDataSource dataSource)
{
    /// <summary>Adds the user; false when its address is taken, also by a request that came at the same moment.</summary>
    public async Task<bool> TryAddAsync(User user, CancellationToken cancellationToken)
    {
        await using var command = Insert(user, "ON CONFLICT (normalized_email) DO NOTHING");
        return await command.ExecuteNonQueryAsync(cancellationToken) == 1;
    }

    /// <summary>Adds the user, or gives the password and the rights of <paramref name="user"/> to the one that has its address.</summary>
    public async Task AddOrUpdateAsync(User user, CancellationToken cancellationToken)
    {
        await using var command = Insert(
            user,
            "ON CONFLICT (normalized_email) DO UPDATE SET password_hash = excluded.password_hash, is_admin = excluded.is_admin");
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    public Task<User?> FindAsync(Guid id, CancellationToken cancellationToken) => FindAsync("id = $1", id, cancellationToken);

    public Task<User?> FindByEmailAsync(string normalizedEmail, CancellationToken cancellationToken) =>
        FindAsync("normalized_email = $1", normalizedEmail, cancellationToken);

    private async Task<User?> FindAsync(string condition, object value, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(
            $"SELECT id, email, username, password_hash, is_admin, created_at FROM users WHERE {condition}");
        command.Parameters.Add(new NpgsqlParameter { Value = value });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        if (!await reader.ReadAsync(cancellationToken))
        {
            return null;
        }

        return new User(
            reader.GetGuid(0),
            reader.GetString(1),
            reader.GetString(2),
            await reader.IsDBNullAsync(3, cancellationToken) ? null : reader.GetString(3),
            reader.GetBoolean(4),
            await reader.GetFieldValueAsync<DateTimeOffset>(5, cancellationToken));
    }

    private NpgsqlCommand Insert(User user, string onConflict)
    {
        var command = dataSource.CreateCommand(
            $"""
             INSERT INTO users (id, email, normalized_email, username, password_hash, is_admin, created_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7) {onConflict}
             """);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = user.Id });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = user.Email });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = user.Email.ToLowerInvariant() });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = user.Username });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = user.PasswordHash });
        command.Parameters.Add(new NpgsqlParameter<bool> { TypedValue = user.IsAdmin });
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = user.CreatedAt });
        return command;
    }
}
