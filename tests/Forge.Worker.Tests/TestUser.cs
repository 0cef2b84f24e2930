using Npgsql;

namespace Forge.Worker.Tests;

internal static class TestUser
{
    public static async Task<Guid> AddAsync(NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        var id = Guid.NewGuid();
        await using var command = new NpgsqlCommand(
            "insert into users (id, email, normalized_email, username, created_at) values (@id, @email, @email, 'Ada', now())", transaction.Connection, transaction);
        command.Parameters.Add(new("id", id));
        command.Parameters.Add(new("email", $"{id:N}@example.org"));
        await command.ExecuteNonQueryAsync(cancellationToken);
        return id;
    }
}
