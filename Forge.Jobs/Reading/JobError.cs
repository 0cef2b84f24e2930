namespace Forge.Jobs;

/// <summary>The latest error of a job, <c>e</c> in the SQL here, and what makes errors alike.</summary>
internal static class JobError
{
    /// <summary>The first line of the message, where each id, and each word or number with a digit in it, is a "#": so an order's number or a port does not keep alike errors apart.</summary>
    public const string Shape =
        """
        left(regexp_replace(regexp_replace(left(split_part(ltrim(e.error_message, E' \r\n\t'), E'\n', 1), 500), '[[:cntrl:]]+', ' ', 'g'),
            '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|[[:alnum:]_]*[0-9](?:[.,:]?[0-9][[:alnum:]_]*|[[:alnum:]_])*', '#', 'gi'), 150)
        """;

    /// <summary>The row <c>e</c> of a job in <c>looked</c>.</summary>
    public const string Latest =
        "(select error_type, error_message from jobs.attempt a where a.job_id = looked.id and a.error_type is not null order by a.lease_token desc limit 1) as e";

    public static string HasLatest(string condition) => $"exists (select from {Latest} where {condition})";
}
