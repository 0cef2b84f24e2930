using Forge.Data;

namespace Forge.Api.Tests.Data;

public sealed class QuerySummaryTests
{
    [Theory]
    [InlineData("INSERT INTO users (id, email) VALUES ($1, $2) ON CONFLICT (email) DO NOTHING", "INSERT users")]
    [InlineData("select id, 'from nowhere' from jobs.job where id = @id", "SELECT jobs.job")]
    [InlineData("-- select from elsewhere\nupdate jobs.job j set state = 'running'", "UPDATE jobs.job")]
    [InlineData("with asked as (select 1 from x)\ninsert into jobs.job (id) select id from asked", "INSERT jobs.job")]
    [InlineData("select extract(epoch from now()), count(*) from payments", "SELECT payments")]
    [InlineData("select pg_advisory_xact_lock(1);\n\nwith room as materialized (select 1) update jobs.job set state = 'running'", "UPDATE jobs.job")]
    [InlineData("copy jobs.job (id, kind) from stdin (format binary)", "COPY jobs.job")]
    [InlineData("delete from reports where expires_at <= $1", "DELETE reports")]
    [InlineData("select count(*) from (select 1 from users) as u", "SELECT")]
    [InlineData("select 1", "SELECT")]
    [InlineData("listen changes", "LISTEN")]
    [InlineData("", "")]
    public void Of_IsTheOperationAndItsTarget(string sql, string expected) => Assert.Equal(expected, QuerySummary.Of(sql));
}
