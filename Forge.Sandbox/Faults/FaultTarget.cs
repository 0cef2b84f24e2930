namespace Forge.Sandbox.Faults;

/// <summary>What can be made to misbehave; the lower-case name is the one in the address.</summary>
public enum FaultTarget
{
    Smtp,
    Weather,
    Payments,
}
