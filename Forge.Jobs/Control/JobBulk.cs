using System.Globalization;
using Npgsql;

namespace Forge.Jobs;

/// <summary>Does to many jobs what <see cref="JobControl"/> does to one, by the same rules. Who may is the caller's decision: see <see cref="JobFilter.Owner"/>.</summary>
/// <remarks>
/// Jobs are changed in batches of up to 1,000, newest first, each in a transaction of its own. When the process dies, or a batch throws,
/// the batches before it stay changed; repeating the call does the rest.
/// A job that changes its state in the meantime is judged by the state that it has when its turn comes.
/// A retry passes over jobs whose unique key a live job holds.
/// No call takes part in a <see cref="System.Transactions.TransactionScope"/>.
/// </remarks>
public sealed class JobBulk
{
    private const int BatchSize = 1_000;

    private readonly NpgsqlDataSource _dataSource;
    private readonly JobChanger _changer;
    private readonly TimeProvider _time;

    internal JobBulk(NpgsqlDataSource dataSource, JobChanger changer, TimeProvider time)
    {
        _dataSource = dataSource;
        _changer = changer;
        _time = time;
    }

    /// <summary>True for the <see cref="JobBulkResult.Next"/> of an earlier call.</summary>
    public static bool IsCursor(string? text) => Cursor.TryParse(text, out _);

    /// <summary>Counts the jobs that <see cref="ApplyAsync"/> would find, and changes nothing.</summary>
    /// <inheritdoc cref="ApplyAsync"/>
    public Task<JobBulkResult> PreviewAsync(
        JobAction action, JobFilter filter, string? after = null, TimeSpan? within = null, CancellationToken cancellationToken = default) =>
        WalkAsync(action, filter, after, within, (_, _) => Task.FromResult(0), cancellationToken);

    /// <summary>Changes the jobs that the filter finds and whose state admits the action.</summary>
    /// <param name="action">What to do.</param>
    /// <param name="filter">Which jobs. Running jobs that were asked to stop already are left out.</param>
    /// <param name="after">The <see cref="JobBulkResult.Next"/> of the call before, with the same action and filter; null to begin.</param>
    /// <param name="within">After this time no further batch is begun. The first always is. Null for no limit.</param>
    /// <param name="cancellationToken">Stops between statements; what is committed stays changed.</param>
    /// <exception cref="ArgumentException"><paramref name="after"/> is not from an earlier call.</exception>
    public async Task<JobBulkResult> ApplyAsync(
        JobAction action, JobFilter filter, string? after = null, TimeSpan? within = null, CancellationToken cancellationToken = default)
    {
        using var own = OwnTransaction.Begin();
        return await WalkAsync(action, filter, after, within, (ids, states) => ChangeAsync(action, ids, states, cancellationToken), cancellationToken);
    }

    private async Task<JobBulkResult> WalkAsync(
        JobAction action, JobFilter filter, string? after, TimeSpan? within,
        Func<Guid[], IReadOnlyList<JobState>, Task<int>> change, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(filter);
        var cursor = new Cursor(0, null);
        if (after is not null && !Cursor.TryParse(after, out cursor))
        {
            throw new ArgumentException("It is not the Next of an earlier call.", nameof(after));
        }

        var began = _time.GetTimestamp();
        var walks = WalksOf(action, filter);
        var (matched, changed) = (0L, 0L);
        while (cursor.Walk < walks.Count)
        {
            var (found, goOnAfter) = await new JobSearch(walks[cursor.Walk], cursor.After, BatchSize).FindAsync(_dataSource, cancellationToken);
            matched += found.Length;
            changed += await change(found, walks[cursor.Walk].States!);
            var last = found.Length == BatchSize ? found[^1] : goOnAfter;
            cursor = new Cursor(last is null ? cursor.Walk + 1 : cursor.Walk, last);
            if (cursor.Walk < walks.Count && _time.GetElapsedTime(began) >= within)
            {
                return new JobBulkResult(matched, changed, cursor.ToString());
            }
        }

        return new JobBulkResult(matched, changed, Next: null);
    }

    /// <summary>State by state where each has an index of its own; else all at once, past everything else that is stored.</summary>
    private static List<JobFilter> WalksOf(JobAction action, JobFilter filter)
    {
        JobState[] states = [.. action.States().Where(filter.Admits)];
        var walk = filter with { State = null, ExceptStopping = true };
        return states.Length == 0 ? []
            : filter.Owner is not null || states.Contains(JobState.Available) || states.Contains(JobState.Completed) ? [walk with { States = states }]
            : [.. states.Select(state => walk with { States = [state] })];
    }

    private async Task<int> ChangeAsync(JobAction action, Guid[] ids, IReadOnlyList<JobState> states, CancellationToken cancellationToken)
    {
        if (ids.Length < 2)
        {
            return ids is [var id] ? await ChangeAsync(action, id, states, cancellationToken) : 0;
        }

        try
        {
            var (changed, busy) = await _changer.ChangeAsync(action, ids, states, cancellationToken);
            foreach (var id in busy)
            {
                changed += await ChangeAsync(action, id, states, cancellationToken);
            }

            return changed;
        }
        catch (PostgresException exception) when (exception.SqlState is PostgresErrorCodes.UniqueViolation or PostgresErrorCodes.DeadlockDetected)
        {
            // Those whose key is taken are looked for by halves; the others are changed.
            var half = ids.Length / 2;
            return await ChangeAsync(action, ids[..half], states, cancellationToken) + await ChangeAsync(action, ids[half..], states, cancellationToken);
        }
    }

    private async Task<int> ChangeAsync(JobAction action, Guid id, IReadOnlyList<JobState> states, CancellationToken cancellationToken)
    {
        try
        {
            return await _changer.ChangeAsync(action, id, states, cancellationToken) is null ? 0 : 1;
        }
        catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.UniqueViolation)
        {
            return 0;
        }
    }

    /// <summary>Which walk, and after which of its jobs.</summary>
    private readonly record struct Cursor(int Walk, Guid? After)
    {
        public static bool TryParse(string? text, out Cursor cursor)
        {
            cursor = default;
            if (text?.Split('.') is not [var walk, var after]
                || !int.TryParse(walk, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                || (!Guid.TryParse(after, out var id) && after.Length > 0))
            {
                return false;
            }

            cursor = new Cursor(number, after.Length > 0 ? id : null);
            return true;
        }

        public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Walk}.{After}");
    }
}
