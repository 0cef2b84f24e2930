using Dapper;
using Npgsql;

namespace Forge.Data.Sales;

/// <summary>Reads the <c>sales</c> table in the order of its key, a page at a time.</summary>
public sealed class SalesReader(NpgsqlDataSource dataSource)
{
    /// <summary>The first <paramref name="limit"/> rows whose id is above <paramref name="id"/>; fewer at the end of the table.</summary>
    public async Task<IReadOnlyList<SalesRow>> ReadAfterAsync(long id, int limit, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        var rows = await connection.QueryAsync<SalesRow>(new CommandDefinition(
            """
            select id, sold_on as SoldOn, region, product, quantity, unit_price as UnitPrice
            from sales
            where id > @id
            order by id
            limit @limit
            """,
            new { id, limit },
            cancellationToken: cancellationToken));
        return rows.AsList();
    }
}
