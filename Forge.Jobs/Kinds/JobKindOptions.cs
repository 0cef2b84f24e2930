namespace Forge.Jobs;

/// <summary>What holds for every job of one kind unless the job itself says otherwise.</summary>
public sealed class JobKindOptions
{
    /// <summary>The queue its jobs go to.</summary>
    /// <value>The default is <c>default</c>.</value>
    public string Queue { get; set; } = "default";

    /// <summary>The version of the payload that this program writes, and the highest it can run. A worker leaves jobs of a higher version to newer workers.</summary>
    /// <value>The default is 1.</value>
    public int Version { get; set; } = 1;

    /// <summary>How many times a job may run in all, the first time included.</summary>
    /// <value>The default is 5.</value>
    public int MaxAttempts { get; set; } = 5;

    /// <summary>How long one run may take. Then its token is cancelled and the attempt counts as failed.</summary>
    /// <value>The default is 5 minutes.</value>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>The pause before the second attempt. It doubles with every further one and varies by up to 10 % either way.</summary>
    /// <value>The default is 1 second.</value>
    public TimeSpan FirstRetryDelay { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>The longest pause between two attempts.</summary>
    /// <value>The default is 10 minutes.</value>
    public TimeSpan MaxRetryDelay { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>True when only the application itself (or an administrator) may enqueue it, not any user through an outside API. The library only carries this; whoever maps requests to jobs must ask it.</summary>
    /// <value>The default is <see langword="false"/>.</value>
    public bool IsInternal { get; set; }

    internal void Validate(string kind)
    {
        Require(Queue.Length is > 0 and <= 100, "a queue's name of 1 to 100 characters");
        Require(Version >= 1, "a version of at least 1");
        Require(MaxAttempts is >= 1 and <= 100, "1 to 100 attempts");
        Require(Timeout > TimeSpan.Zero && Timeout <= TimeSpan.FromDays(7), "a timeout of more than zero and at most 7 days");
        Require(FirstRetryDelay > TimeSpan.Zero && FirstRetryDelay <= MaxRetryDelay, "a first retry delay of more than zero, and not above the longest");
        Require(MaxRetryDelay <= TimeSpan.FromDays(365), "a longest retry delay of at most a year");

        void Require(bool isRight, string what)
        {
            if (!isRight)
            {
                throw new ArgumentException($"The kind '{kind}' needs {what}.", nameof(kind));
            }
        }
    }
}
