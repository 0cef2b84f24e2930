namespace Forge.Jobs;

/// <summary>Every tenth claim that brings something goes to what has waited longest, whatever its priority, so that a steady stream of urgent jobs starves nobody.</summary>
internal sealed class FairTurn
{
    private const int Every = 10;
    private int _claims;

    public bool IsDue => _claims % Every == Every - 1;

    public void Claimed(int jobs)
    {
        if (jobs > 0)
        {
            _claims++;
        }
    }
}
