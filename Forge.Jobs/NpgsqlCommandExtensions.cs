using Npgsql;
using NpgsqlTypes;

namespace Forge.Jobs;

internal static class NpgsqlCommandExtensions
{
    /// <summary>Adds one column of many rows as an array whose type is said, so that the command can be prepared and nulls cost nothing to guess.</summary>
    public static void AddArray<TItem, TValue>(this NpgsqlCommand command, string name, NpgsqlDbType type, IReadOnlyCollection<TItem> items, Func<TItem, TValue> value)
    {
        var values = new TValue[items.Count];
        var position = 0;
        foreach (var item in items)
        {
            values[position++] = value(item);
        }

        command.Parameters.Add(new NpgsqlParameter<TValue[]>(name, NpgsqlDbType.Array | type) { TypedValue = values });
    }
}
