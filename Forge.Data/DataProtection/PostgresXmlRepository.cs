using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection.Repositories;
using Npgsql;

namespace Forge.Data.DataProtection;

/// <summary>
/// Data-protection keys in Postgres: every replica of an application reads what another one wrote, and a new start finds the keys again.
/// </summary>
internal sealed class PostgresXmlRepository(NpgsqlDataSource dataSource, string application) : IXmlRepository
{
    public IReadOnlyCollection<XElement> GetAllElements()
    {
        using var command = dataSource.CreateCommand("SELECT xml FROM data_protection_keys WHERE application = $1");
        command.Parameters.Add(new NpgsqlParameter { Value = application });
        using var reader = command.ExecuteReader();
        var elements = new List<XElement>();
        while (reader.Read())
        {
            elements.Add(XElement.Parse(reader.GetString(0)));
        }

        return elements;
    }

    public void StoreElement(XElement element, string friendlyName)
    {
        using var command = dataSource.CreateCommand(
            """
            INSERT INTO data_protection_keys (application, friendly_name, xml) VALUES ($1, $2, $3)
            ON CONFLICT (application, friendly_name) DO UPDATE SET xml = excluded.xml
            """);
        command.Parameters.Add(new NpgsqlParameter { Value = application });
        command.Parameters.Add(new NpgsqlParameter { Value = friendlyName });
        command.Parameters.Add(new NpgsqlParameter { Value = element.ToString(SaveOptions.DisableFormatting) });
        command.ExecuteNonQuery();
    }
}
