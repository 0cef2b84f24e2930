namespace Forge.Jobs;

/// <summary>Every tenth claim that brings something begins with what has waited longest, whatever its priority, so that a steady stream of urgent jobs starves nobody.</summary>
internal sealed class FairTurn
{
    private const int Every = 10;
    private int _claims;

    public bool IsDue => _claims % Every == Every - 1;

    public void Claimed(int jobs)
    {
        // A turn that was due and brought nothing is over as well: otherwise one that can bring nothing would be due for ever.
        if (jobs > 0 || IsDue)
        {
            _claims++;
        }
    }
}
