using System.Text;
using System.Text.Json;
using Npgsql;

namespace Forge.Jobs;

/// <summary>The job that a handler runs, and what the handler can tell about it.</summary>
public abstract class JobContext
{
    /// <summary>A JSON result is part of its job and is read with it, in lists as well.</summary>
    private const int MaxJsonBytes = 1024 * 1024;

    private readonly ClaimedJob _job;
    private readonly RunningJobWriter _writer;
    private readonly int _maxResultBytes;
    private (int Percent, string? Message) _progress;

    private protected JobContext(ClaimedJob job, RunningJobWriter writer, int maxResultBytes)
    {
        _job = job;
        _writer = writer;
        _maxResultBytes = maxResultBytes;
    }

    /// <summary>The job's id.</summary>
    public Guid JobId => _job.Id;

    /// <summary>The kind.</summary>
    public string Kind => _job.Kind;

    /// <summary>The version of the payload as it was enqueued.</summary>
    public int Version => _job.Version;

    /// <summary>The queue.</summary>
    public string Queue => _job.Queue;

    /// <summary>Whose job it is, as given when it was enqueued.</summary>
    public string? Owner => _job.Owner;

    /// <summary>The number of this attempt, from 1. A run that follows a hand-back, or the death of a worker, has the number of the one before.</summary>
    public int Attempt => _job.Attempt;

    /// <summary>How many attempts there may be.</summary>
    public int MaxAttempts => _job.MaxAttempts;

    /// <summary>A key to give to outside systems with every effect: the same for all attempts of this job, different for any other.</summary>
    public string IdempotencyKey => JobId.ToString();

    internal string? ResultJson { get; private set; }

    internal ResultFile? ResultFile { get; private set; }

    internal bool IsCompletedInTransaction { get; private set; }

    /// <summary>Stores how far the work is, for pollers and followers. Repeating the same values costs nothing; a Postgres that is away for a moment loses the report, not the attempt.</summary>
    /// <param name="percent">0 to 100.</param>
    /// <param name="message">A few words for a person; cut at 500 characters.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="JobLeaseLostException">The job no longer belongs to this run.</exception>
    /// <exception cref="InvalidOperationException">The job was completed by <see cref="CompleteAsync"/>.</exception>
    public async Task ReportProgressAsync(int percent, string? message = null, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(percent, 0);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(percent, 100);
        RefuseWhenCompleted();
        if (_progress != (percent, message))
        {
            await _writer.ReportProgressAsync(_job, percent, message, cancellationToken);
            _progress = (percent, message);
        }
    }

    /// <summary>Sets the result as JSON, at most 1 MiB; it is stored together with the completion. The last result set counts.</summary>
    /// <remarks>Postgres sorts the members of objects: who reads a polymorphic result into its type sets <see cref="JsonSerializerOptions.AllowOutOfOrderMetadataProperties"/>.</remarks>
    /// <exception cref="ArgumentException">The result is too large, so that it should be a file, or holds what Postgres cannot store: U+0000, half of a surrogate pair, or a number with an exponent beyond -400 to 308.</exception>
    /// <exception cref="InvalidOperationException">The job was completed by <see cref="CompleteAsync"/>.</exception>
    public void SetResult<TResult>(TResult result)
    {
        RefuseWhenCompleted();
        var json = JsonSerializer.Serialize(result, JobJson.Stored);
        RefuseTooLarge(Encoding.UTF8.GetByteCount(json), Math.Min(_maxResultBytes, MaxJsonBytes));
        ResultJson = JobJson.FindUnstorable(json) is { } unstorable
            ? throw new ArgumentException($"The result holds {unstorable}, which Postgres cannot store.", nameof(result))
            : json;
        ResultFile = null;
    }

    /// <summary>Sets the result as a file; it is stored in Postgres together with the completion. The last result set counts.</summary>
    /// <exception cref="ArgumentException">The file is too large, or its name or type is empty or cannot be stored: it holds U+0000 or half of a surrogate pair.</exception>
    /// <exception cref="InvalidOperationException">The job was completed by <see cref="CompleteAsync"/>.</exception>
    public void SetResultFile(ReadOnlyMemory<byte> content, string contentType, string fileName)
    {
        ArgumentException.ThrowIfNullOrEmpty(contentType);
        ArgumentException.ThrowIfNullOrEmpty(fileName);
        RefuseWhenCompleted();
        RefuseUnstorable(contentType);
        RefuseUnstorable(fileName);
        RefuseTooLarge(content.Length, _maxResultBytes);
        ResultFile = new ResultFile(content, contentType, fileName);
        ResultJson = null;
    }

    /// <summary>Completes the job in the handler's own transaction, with the result set so far: the handler's effects and the completion commit together, or neither does.</summary>
    /// <remarks>
    /// Commit, then return. A handler that returns without having committed has failed its attempt. Until the commit the job is locked, so that nobody can rescue it:
    /// Postgres ends the transaction when it is idle for longer than the worker's lease (8 s).
    /// </remarks>
    /// <exception cref="JobLeaseLostException">The job no longer belongs to this run: roll back.</exception>
    /// <exception cref="InvalidOperationException">This run has completed the job before.</exception>
    public async Task CompleteAsync(NpgsqlTransaction transaction, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(transaction);
        RefuseWhenCompleted();
        await _writer.CompleteAsync(_job, ResultJson, ResultFile, transaction, cancellationToken);
        IsCompletedInTransaction = true;
    }

    /// <summary>The handler's own transaction locks the job's row then: a statement on another connection would wait until Postgres ends that transaction.</summary>
    private void RefuseWhenCompleted()
    {
        if (IsCompletedInTransaction)
        {
            throw new InvalidOperationException("The handler has completed the job in its transaction. Report progress and set the result before that; then commit and return.");
        }
    }

    private static void RefuseUnstorable(string text)
    {
        if (StorableText.Cut(text, text.Length) != text)
        {
            throw new ArgumentException("A file's name or type holds U+0000 or half of a surrogate pair, which Postgres cannot store.");
        }
    }

    private static void RefuseTooLarge(int bytes, int most)
    {
        if (bytes > most)
        {
            throw new ArgumentException($"The result has {bytes} bytes; at most {most} are allowed.");
        }
    }
}
