using Npgsql;

namespace Forge.Jobs;

/// <summary>Says why jobs became dead letters. Who may see what is the caller's decision.</summary>
public sealed class DeadLetters
{
    /// <summary>How many jobs are looked at: the newest dead letters or, for one owner, the owner's newest jobs.</summary>
    public const int MaxLooked = 10_000;

    /// <summary>How many groups are told.</summary>
    public const int MaxGroups = 200;

    private readonly NpgsqlDataSource _dataSource;

    internal DeadLetters(NpgsqlDataSource dataSource) => _dataSource = dataSource;

    /// <summary>Groups the dead letters by kind, by the type of the latest error, and by its message without numbers and ids.</summary>
    /// <remarks>No stack trace is stored, so these say where an error came from.</remarks>
    /// <param name="owner">Only dead letters of this owner; null for all.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    public async Task<DeadLetterSummary> GroupAsync(string? owner = null, CancellationToken cancellationToken = default)
    {
        await using var command = _dataSource.CreateCommand(
            $"""
            with recursive {JobWalk.Of(new JobFilter { Owner = owner, State = JobState.Discarded }, goesOn: false)}, alike as (
                select looked.kind, e.error_type, {JobError.Shape} as message,
                       count(*) as jobs, min(looked.finished_at) as first_at, max(looked.finished_at) as last_at, max(looked.id::text)::uuid as sample
                from looked
                left join lateral {JobError.Latest} on true
                where looked.state = 'discarded'
                group by 1, 2, 3
                order by jobs desc, last_at desc
                limit @groups
            )
            select whole.looked, alike.*
            from (select count(*) as looked from looked) as whole
            left join alike on true
            order by alike.jobs desc, alike.last_at desc
            """);
        command.Parameters.Add(new("looked", MaxLooked));
        command.Parameters.Add(new("groups", MaxGroups + 1));
        if (owner is not null)
        {
            command.Parameters.Add(new("owner", owner));
        }

        var (looked, groups) = (0L, new List<DeadLetterGroup>());
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            looked = reader.GetInt64(0);
            if (!await reader.IsDBNullAsync(1, cancellationToken))
            {
                groups.Add(new DeadLetterGroup(reader.GetString(1), reader.TextOrNull(2), reader.TextOrNull(3), reader.GetInt64(4), reader.Time(5), reader.Time(6), reader.GetGuid(7)));
            }
        }

        return new DeadLetterSummary([.. groups.Take(MaxGroups)], looked < MaxLooked && groups.Count <= MaxGroups);
    }
}
