using Aspire.Hosting.ApplicationModel;

namespace Forge.Hosting.Restarting;

/// <summary>What one process or container did so far. A resource that was asked to stop passes through <c>Stopping</c>; one that ends by itself does not.</summary>
internal sealed class InstanceHistory
{
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan CalmAfter = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private long? _runningSince;
    private bool _hasStarted;
    private bool _wasAskedToStop;
    private bool _hasEndedByItself;
    private bool _isLookedAfter;

    /// <summary>The starts since it last ran for a minute.</summary>
    public int RestartsInARow { get; private set; }

    /// <summary>Notes the state. True when it has just ended without having been asked to, and somebody has to look after it.</summary>
    public bool NeedsCareAfter(string? state)
    {
        lock (_lock)
        {
            Note(state);
            return !_isLookedAfter && NeedsMoreCare();
        }
    }

    /// <summary>Whether it has ended again meanwhile; otherwise nobody looks after it any more.</summary>
    public bool NeedsMoreCare()
    {
        lock (_lock)
        {
            _isLookedAfter = _hasEndedByItself;
            _hasEndedByItself = false;
            return _isLookedAfter;
        }
    }

    /// <summary>Counts one more restart, and says how long to pause before it.</summary>
    public TimeSpan NextPause()
    {
        lock (_lock)
        {
            var isCalm = _runningSince is { } since && TimeProvider.System.GetElapsedTime(since) >= CalmAfter;
            RestartsInARow = isCalm ? 1 : RestartsInARow + 1;
            _runningSince = null;
            return TimeSpan.FromSeconds(Math.Min(Math.Pow(2, RestartsInARow - 1), LongestPause.TotalSeconds));
        }
    }

    /// <summary>Begins to count anew, for a start that somebody asks for after it was given up.</summary>
    public void Forget() => RestartsInARow = 0;

    private void Note(string? state)
    {
        if (state == KnownResourceStates.Starting || state == KnownResourceStates.Running)
        {
            _hasStarted = true;
            _wasAskedToStop = false;
            _hasEndedByItself = false;
            if (state == KnownResourceStates.Running)
            {
                _runningSince ??= TimeProvider.System.GetTimestamp();
            }
        }
        else if (state == KnownResourceStates.Stopping)
        {
            _wasAskedToStop = true;
        }
        else if (KnownResourceStates.TerminalStates.Contains(state) && _hasStarted)
        {
            _hasStarted = false;
            _hasEndedByItself = !_wasAskedToStop;
        }
    }
}
