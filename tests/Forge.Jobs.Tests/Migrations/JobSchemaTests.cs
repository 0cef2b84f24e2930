using Npgsql;

namespace Forge.Jobs.Tests.Migrations;

public sealed class JobSchemaTests(JobServers servers) : JobTests(servers)
{
    [Fact]
    public async Task Migrate_WhileTheTableIsRead_GivesWayInsteadOfBlockingItForAll()
    {
        await using var program = await JobProgram.CreateAsync(Database);
        await Database.ExecuteAsync(
            """
            delete from jobs.schema_version where scriptname like '%0004_kind_limits%';
            drop table jobs.limited_start;
            alter table jobs.job drop column is_limited
            """);
        await using var connection = await Database.Data.OpenConnectionAsync(Token);
        await using (var reading = await connection.BeginTransactionAsync(Token))
        {
            await using var read = new NpgsqlCommand("select count(*) from jobs.job", connection, reading);
            await read.ExecuteScalarAsync(Token);

            var refused = await Assert.ThrowsAsync<PostgresException>(() => JobProgram.CreateAsync(Database));
            Assert.Equal(PostgresErrorCodes.LockNotAvailable, refused.SqlState);
            Assert.True(refused.IsTransient, "At its start a program tries again after transient errors only.");
        }

        await using var next = await JobProgram.CreateAsync(Database);
        Assert.Equal(JobState.Available, (await next.Reader.FindAsync(await next.EnqueueAsync(), Token))!.State);
    }

    [Fact]
    public async Task Migrate_WhereTransactionsAreNotReadCommitted_IsRefusedWithAdvice()
    {
        await Database.ExecuteAsync($"alter database {new NpgsqlConnectionStringBuilder(Database.ConnectionString).Database} set default_transaction_isolation = 'repeatable read'");

        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => JobProgram.CreateAsync(Database));

        Assert.Contains("alter role", refused.Message, StringComparison.Ordinal);
    }
}
